/**
 * The simple ways of deciding that a learned policy has to beat, each fitted on the decision split and applied to another.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.learning.baseline;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
