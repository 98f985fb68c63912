/**
 * Reading, checking, analysing, cutting and composing ONNX models.
 *
 * <p>Everything here is pure Java and works on files or bytes; nothing runs a model. All classes are immutable and safe for
 * concurrent use unless they say otherwise. Nothing holds a native resource, so nothing has to be closed.
 */
@Export
@Version("1.1.0")
@NullMarked
package org.tminus.onnx;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
