/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.Set;
import org.tminus.model.AdaptiveModel;

/**
 * What the validation of a request against a model found out.
 *
 * @param rows at least 1
 * @param length of each row's sequence; 0 for models without one
 * @param outputs the names of the outputs that are wanted
 */
record Batch(AdaptiveModel model, int rows, long length, Set<String> outputs) {}
