/** The demo as a command of the container's shell. */
@NullMarked
package org.tminus.demo.shell;

import org.jspecify.annotations.NullMarked;
