/**
 * Training, evaluation and packing of adaptive models.
 *
 * <p>{@code FashionVitTraining} is the whole run; {@code Main} is its command line.
 */
@NullMarked
package org.tminus.trainer;

import org.jspecify.annotations.NullMarked;
