/**
 * The predictor {@code tree-ensemble}: reads a model's {@code predictor.onnx} into flat arrays and evaluates it in plain
 * Java. What comes from a model file is checked before it is used.
 */
@NullMarked
package org.tminus.predictor.internal;

import org.jspecify.annotations.NullMarked;
