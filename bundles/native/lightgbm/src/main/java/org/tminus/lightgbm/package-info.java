/** Loads the native libraries of LightGBM; the library's own classes are in {@code com.microsoft.ml.lightgbm}. */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.lightgbm;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
