/** Containers of their own, from the distribution, and what is shown while they work. */
@NullMarked
package org.tminus.cli.container;

import org.jspecify.annotations.NullMarked;
