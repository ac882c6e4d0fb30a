# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for haoh-arraysim(1). tests/tool/completion_test.py holds it against --help.
complete -c haoh-arraysim -s h -l help -d 'Print help'
complete -c haoh-arraysim -l version -d 'Print the version'
complete -c haoh-arraysim -l control -r -F -d 'Take commands on this Unix socket'
complete -c haoh-arraysim -l address-file -r -F -d 'Write the addresses once all ports are open'
complete -c haoh-arraysim -l listen-on -x -d 'Listen on this address'
complete -c haoh-arraysim -l advertise -x -d 'The address that discovery logs show'
complete -c haoh-arraysim -l check -d 'Only read the scenario'
complete -c haoh-arraysim -l send -r -F -d 'Send a command to this control socket'
