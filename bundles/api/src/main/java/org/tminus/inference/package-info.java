/**
 * The way in for other bundles: build an {@link org.tminus.inference.InferenceRequest}, hand it to the
 * {@link org.tminus.inference.InferenceService}, read outputs and {@link org.tminus.inference.Trace} from the result.
 */
@Export
@Version("1.2.0")
@NullMarked
package org.tminus.inference;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
