/** The commands themselves: they read options, ask the reports, and print. */
@NullMarked
package org.tminus.shell.internal.command;

import org.jspecify.annotations.NullMarked;
