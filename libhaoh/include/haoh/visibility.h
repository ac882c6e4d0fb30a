/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * \file
 * What a shared libhaoh exports: everything that public headers declare, and nothing else.
 */
#ifndef HAOH_VISIBILITY_H
#define HAOH_VISIBILITY_H

#if defined(__cplusplus)
/** For `namespace HAOH_PUBLIC haoh {` of a public header. */
#define HAOH_PUBLIC [[gnu::visibility("default")]]
#endif

/** For a function of haoh/haoh.h. */
#define HAOH_API __attribute__((visibility("default")))

#endif
