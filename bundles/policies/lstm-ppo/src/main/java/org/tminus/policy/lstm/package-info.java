/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** The learned policy: an LSTM over the layers, trained with PPO, open or closed loop. */
@NullMarked
package org.tminus.policy.lstm;

import org.jspecify.annotations.NullMarked;
