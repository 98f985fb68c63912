/**
 * How complex is this input? A {@link org.tminus.predictor.ComplexityPredictor} says for each row of a batch how likely it is
 * that each depth of the model's menu suffices.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.predictor;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
