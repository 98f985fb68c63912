/** Tests. */
@NullMarked
package org.tminus.cli.container;

import org.jspecify.annotations.NullMarked;
