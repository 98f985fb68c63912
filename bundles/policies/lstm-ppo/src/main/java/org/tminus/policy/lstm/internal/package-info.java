/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The learned policies {@code lstm-ppo-open} and {@code lstm-ppo-closed}: an LSTM that walks over the trie of the allowed
 * paths and, at each node, stops or names the layer that runs next. The weights travel with the model; what comes from
 * its file is checked before it is used. Both loops share everything but when they are asked.
 */
@NullMarked
package org.tminus.policy.lstm.internal;

import org.jspecify.annotations.NullMarked;
