/** Tests. */
@NullMarked
package org.tminus.cli;

import org.jspecify.annotations.NullMarked;
