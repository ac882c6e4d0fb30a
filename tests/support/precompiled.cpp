// SPDX-License-Identifier: LGPL-2.1-or-later
// Only for the headers that CMake precompiles with it.
