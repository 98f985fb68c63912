/**
 * The cheap features that a complexity predictor reads: one implementation for training and serving.
 *
 * <p>A feature set never changes under its name: a model says which one its predictor was trained on.
 */
@Export
@Version("1.2.0")
@NullMarked
package org.tminus.predictor.features;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
