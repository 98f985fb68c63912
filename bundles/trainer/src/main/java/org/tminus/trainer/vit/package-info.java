/**
 * The vision transformer that the trainer trains, and its training loop on libtorch.
 *
 * <p>Native memory: tensors made inside a {@code PointerScope} end with it. What outlives a step (the views of the weights)
 * is owned and closed by {@code TorchShard}.
 */
@NullMarked
package org.tminus.trainer.vit;

import org.jspecify.annotations.NullMarked;
