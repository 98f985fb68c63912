/**
 * What could be reached by somebody who knows the answers: labels for predictors, bounds for reports, and the choice of
 * the path menu.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.learning.oracle;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
