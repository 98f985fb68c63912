/** Data sets and the splits that keep training, choosing, certifying and reporting apart. */
@NullMarked
package org.tminus.trainer.data;

import org.jspecify.annotations.NullMarked;
