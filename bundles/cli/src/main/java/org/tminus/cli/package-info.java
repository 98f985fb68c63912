/** The command line. Exit statuses: 0 success, 1 failure, 2 wrong usage or a file that cannot be used. */
@NullMarked
package org.tminus.cli;

import org.jspecify.annotations.NullMarked;
