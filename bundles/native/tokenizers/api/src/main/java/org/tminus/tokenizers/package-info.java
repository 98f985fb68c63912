/**
 * Turns text into tokens as a {@code tokenizer.json} says, with the tokenizers library of Hugging Face in native code.
 * Nothing is downloaded: a tokenizer comes from bytes, the native library from the bundle's fragments. Usable without
 * an OSGi framework.
 *
 * <p>A tokenizer holds native memory; whoever opens it closes it. One that is forgotten is freed when it is garbage.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.tokenizers;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
