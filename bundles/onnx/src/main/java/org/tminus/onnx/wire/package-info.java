/**
 * A reader of the protobuf wire format without generated classes, for bundles that want a few fields of a small ONNX file
 * and nothing of protobuf.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.onnx.wire;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
