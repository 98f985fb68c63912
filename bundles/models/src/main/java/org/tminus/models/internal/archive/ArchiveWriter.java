/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.archive;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.LocalDateTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes an archive whose bytes depend on its content alone: fixed times, and everything stored, because the output of
 * a compressor differs from one version of zlib to the next.
 */
public final class ArchiveWriter implements AutoCloseable {
    /** Where weights begin, so that they can be mapped into memory: the page size of common systems. */
    public static final int ALIGNMENT = 4096;

    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);
    private static final int LOCAL_HEADER = 30;
    private static final int ZIP64_FIELD = 20;
    private static final int PADDING_ID = 0xD935;
    private static final int PADDING_HEADER = 4;

    private final Counter counter;
    private final ZipOutputStream zip;

    public ArchiveWriter(OutputStream target) {
        counter = new Counter(target);
        zip = new ZipOutputStream(counter);
    }

    /**
     * @param size bytes of the content
     * @param crc CRC-32 of the content
     * @param aligned whether the content begins at a multiple of {@link #ALIGNMENT}
     */
    public void add(String name, long size, long crc, boolean aligned, InputStream content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(TIME);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(size);
        entry.setCompressedSize(size);
        entry.setCrc(crc);
        if (aligned) {
            long start = counter.written + LOCAL_HEADER + name.length() + (size >= 0xFFFF_FFFFL ? ZIP64_FIELD : 0);
            int padding = (int) Math.floorMod(-(start + PADDING_HEADER), (long) ALIGNMENT);
            entry.setExtra(ByteBuffer.allocate(PADDING_HEADER + padding)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putShort((short) PADDING_ID)
                    .putShort((short) padding)
                    .array());
        }
        zip.putNextEntry(entry);
        content.transferTo(zip);
        zip.closeEntry();
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private static final class Counter extends FilterOutputStream {
        private long written;

        Counter(OutputStream target) {
            super(target);
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            written++;
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            out.write(source, offset, length);
            written += length;
        }
    }
}
