/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Inflates, and frees the inflater's native memory when closed. */
final class DeflatedStream extends InflaterInputStream {
    DeflatedStream(InputStream compressed) {
        super(compressed, new Inflater(true), 1 << 16);
    }

    @Override
    public void close() throws IOException {
        super.close();
        inf.end();
    }
}
