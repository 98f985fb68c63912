/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import org.tminus.tensor.ElementType;

/**
 * What flows from layer to layer: a tensor of shape [batch, tokens, width].
 *
 * @param elementType what it holds
 * @param tokens {@link TensorSpec#ANY} where it follows the length of the sequence
 * @param width features per token
 * @param pooling how a row's tokens become one vector: {@code first} or {@code mean}
 */
public record HiddenState(ElementType elementType, long tokens, long width, String pooling) {}
