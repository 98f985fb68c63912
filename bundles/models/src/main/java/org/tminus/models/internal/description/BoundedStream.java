/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.tminus.models.internal.archive.ArchiveException;

/** Fails when more comes than was announced, so that nobody reads without end. */
public final class BoundedStream extends FilterInputStream {
    private final long announced;
    private long seen;

    public BoundedStream(InputStream content, long announced) {
        super(content);
        this.announced = announced;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        count(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int read = super.read(target, offset, length);
        count(Math.max(read, 0));
        return read;
    }

    private void count(int bytes) throws IOException {
        seen += bytes;
        if (seen > announced) {
            throw new ArchiveException("an entry has more than the " + announced + " bytes that are recorded for it");
        }
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
