/** What the commands show, made from the platform's services and separate from printing. */
@NullMarked
package org.tminus.shell.internal.report;

import org.jspecify.annotations.NullMarked;
