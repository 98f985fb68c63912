/**
 * How fast the engine is beside plain ONNX Runtime: side by side in one run, by batch and by number of clients, and what a
 * path saves, a change of path costs and a decision takes.
 */
@NullMarked
package org.tminus.evaluation.bench;

import org.jspecify.annotations.NullMarked;
