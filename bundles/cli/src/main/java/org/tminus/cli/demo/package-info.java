/** The demo: starts containers, follows them, and leaves nothing behind. */
@NullMarked
package org.tminus.cli.demo;

import org.jspecify.annotations.NullMarked;
