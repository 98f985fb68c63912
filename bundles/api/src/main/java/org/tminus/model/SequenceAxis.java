/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

/**
 * Where the length of a row's sequence is read.
 *
 * @param input the input whose shape has it
 * @param dimension which dimension of that shape
 * @param maximum the longest sequence that the model takes
 */
public record SequenceAxis(String input, int dimension, long maximum) {}
