/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.models.format.Limits;

/**
 * A zip archive, read strictly. The JDK's reader accepts much that only an attacker needs (leading and trailing data,
 * overlapping entries, headers that contradict each other) and sizes its memory by what the file claims; this one
 * reads what the format of model files allows, and says where a file departs from it.
 */
public final class ArchiveReader implements EntrySource, AutoCloseable {
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int LOCATOR64_SIGNATURE = 0x07064b50;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int END_SIZE = 22;
    private static final int END64_SIZE = 56;
    private static final int LOCATOR64_SIZE = 20;
    private static final int CENTRAL_SIZE = 46;
    private static final int LOCAL_SIZE = 30;
    private static final int LARGEST_DIRECTORY = 1 << 20;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    /** Compression level, data descriptor, UTF-8 names: all other flags mean encryption, patches and the like. */
    private static final int ALLOWED_FLAGS = 0b0000_1000_0000_1110;

    private static final long MAX32 = 0xFFFF_FFFFL;
    private static final int MAX16 = 0xFFFF;
    private static final int ZIP64_FIELD = 1;
    private static final long RATIO_APPLIES_FROM = 1 << 20;

    private record Entry(
            String name, int flags, int method, long crc, long compressed, long size, long header, long data) {}

    private final FileChannel channel;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private ArchiveReader(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * @throws ArchiveException if it is no archive, or not one that a model file may be
     * @throws IOException if it cannot be read
     */
    public static ArchiveReader open(Path file, Limits limits) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            ArchiveReader reader = new ArchiveReader(channel);
            reader.readDirectory(limits);
            return reader;
        } catch (IOException | RuntimeException e) {
            try (channel) {
                throw e;
            }
        }
    }

    private void readDirectory(Limits limits) throws IOException {
        long length = channel.size();
        if (length < END_SIZE) {
            throw new ArchiveException("it has " + length + " bytes, too few for a zip archive");
        }
        long directoryEnd = length - END_SIZE;
        ByteBuffer end = read(directoryEnd, END_SIZE);
        if (end.getInt(0) != END_SIGNATURE || end.getShort(20) != 0) {
            throw new ArchiveException(
                    "it does not end like a zip archive; it is truncated, has a comment, or is no archive");
        }
        int disks = end.getShort(4) | end.getShort(6);
        long count = end.getShort(10) & MAX16;
        long size = end.getInt(12) & MAX32;
        long offset = end.getInt(16) & MAX32;
        if (disks != 0 || end.getShort(8) != end.getShort(10)) {
            throw new ArchiveException("it is split over several files");
        }
        if (count == MAX16 || size == MAX32 || offset == MAX32) {
            ByteBuffer locator = read(directoryEnd - LOCATOR64_SIZE, LOCATOR64_SIZE);
            directoryEnd -= LOCATOR64_SIZE + END64_SIZE;
            if (locator.getInt(0) != LOCATOR64_SIGNATURE || locator.getLong(8) != directoryEnd) {
                throw new ArchiveException("its zip64 directory is damaged");
            }
            ByteBuffer end64 = read(directoryEnd, END64_SIZE);
            if (end64.getInt(0) != END64_SIGNATURE || end64.getLong(4) != END64_SIZE - 12) {
                throw new ArchiveException("its zip64 directory is damaged");
            }
            count = end64.getLong(32);
            size = end64.getLong(40);
            offset = end64.getLong(48);
        }
        if (count < 1 || count > EntryNames.ALL.size()) {
            throw new ArchiveException(
                    "it has " + Long.toUnsignedString(count) + " entries, a model has 1 to " + EntryNames.ALL.size());
        }
        if (size < 0 || size > LARGEST_DIRECTORY || offset < 0 || offset != directoryEnd - size) {
            throw new ArchiveException("its directory is not where it says, or too large");
        }
        ByteBuffer directory = read(offset, (int) size);
        long total = 0;
        for (int index = 0; index < count; index++) {
            Entry entry = readEntry(directory, offset, limits);
            if (entries.put(entry.name(), entry) != null) {
                throw new ArchiveException("it has the entry '" + entry.name() + "' twice");
            }
            total += entry.size();
        }
        if (directory.hasRemaining()) {
            throw new ArchiveException("its directory has bytes after the last entry");
        }
        if (total > limits.totalBytes()) {
            throw new ArchiveException("its entries have " + total + " bytes, the limit is " + limits.totalBytes());
        }
        checkLayout(offset);
    }

    private Entry readEntry(ByteBuffer directory, long directoryOffset, Limits limits) throws IOException {
        if (directory.remaining() < CENTRAL_SIZE || directory.getInt(directory.position()) != CENTRAL_SIGNATURE) {
            throw new ArchiveException("its directory is damaged");
        }
        ByteBuffer header = directory.slice().order(ByteOrder.LITTLE_ENDIAN);
        int flags = header.getShort(8) & MAX16;
        int method = header.getShort(10) & MAX16;
        long crc = header.getInt(16) & MAX32;
        long compressed = header.getInt(20) & MAX32;
        long size = header.getInt(24) & MAX32;
        int nameLength = header.getShort(28) & MAX16;
        int extraLength = header.getShort(30) & MAX16;
        int commentLength = header.getShort(32) & MAX16;
        long offset = header.getInt(42) & MAX32;
        int length = CENTRAL_SIZE + nameLength + extraLength + commentLength;
        if (length > directory.remaining()) {
            throw new ArchiveException("its directory is damaged");
        }
        directory.position(directory.position() + length);
        byte[] bytes = new byte[nameLength];
        header.get(CENTRAL_SIZE, bytes);
        String name = new String(bytes, StandardCharsets.UTF_8);
        if (!EntryNames.isKnown(name)) {
            throw new ArchiveException(
                    "it has the entry '" + EntryNames.printable(name) + "', which a model file cannot have");
        }
        if ((flags & ~ALLOWED_FLAGS) != 0) {
            throw new ArchiveException("the entry '" + name + "' is encrypted or uses a feature that is not allowed");
        }
        if (method != STORED && method != DEFLATED) {
            throw new ArchiveException("the entry '" + name + "' is compressed by method " + method
                    + ", only 0 (stored) and 8 (deflated) are allowed");
        }
        ByteBuffer large = zip64Field(header.slice(CENTRAL_SIZE + nameLength, extraLength));
        size = size == MAX32 ? nextLong(large, name) : size;
        compressed = compressed == MAX32 ? nextLong(large, name) : compressed;
        offset = offset == MAX32 ? nextLong(large, name) : offset;
        checkSizes(name, method, compressed, size, limits);
        if (offset < 0 || offset > directoryOffset - LOCAL_SIZE) {
            throw new ArchiveException("the entry '" + name + "' begins outside the archive");
        }
        ByteBuffer local = read(offset, LOCAL_SIZE);
        int localNameLength = local.getShort(26) & MAX16;
        boolean same = local.getInt(0) == LOCAL_SIGNATURE
                && (local.getShort(6) & MAX16) == flags
                && (local.getShort(8) & MAX16) == method
                && localNameLength == nameLength
                && read(offset + LOCAL_SIZE, nameLength).equals(ByteBuffer.wrap(bytes));
        if (!same) {
            throw new ArchiveException("the entry '" + name + "' is described in two ways");
        }
        long data = offset + LOCAL_SIZE + nameLength + (local.getShort(28) & MAX16);
        return new Entry(name, flags, method, crc, compressed, size, offset, data);
    }

    private static void checkSizes(String name, int method, long compressed, long size, Limits limits)
            throws ArchiveException {
        if (size < 0 || compressed < 0 || (method == STORED && size != compressed)) {
            throw new ArchiveException("the sizes of the entry '" + name + "' contradict each other");
        }
        if (size > limits.entryBytes()) {
            throw new ArchiveException(
                    "the entry '" + name + "' has " + size + " bytes, the limit is " + limits.entryBytes());
        }
        if (size > RATIO_APPLIES_FROM && size > compressed * limits.compressionRatio()) {
            throw new ArchiveException("the entry '" + name + "' grows from " + compressed + " to " + size
                    + " bytes, more than " + limits.compressionRatio() + " times");
        }
    }

    private static ByteBuffer zip64Field(ByteBuffer extra) throws ArchiveException {
        extra.order(ByteOrder.LITTLE_ENDIAN);
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & MAX16;
            int length = extra.getShort() & MAX16;
            if (length > extra.remaining()) {
                throw new ArchiveException("its directory is damaged");
            }
            if (id == ZIP64_FIELD) {
                return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    private static long nextLong(ByteBuffer field, String name) throws ArchiveException {
        if (field.remaining() < Long.BYTES) {
            throw new ArchiveException("the size of the entry '" + name + "' is missing");
        }
        return field.getLong();
    }

    /** Entries follow each other without overlap, from the first byte, the description first. */
    private void checkLayout(long directoryOffset) throws ArchiveException {
        List<Entry> inOrder = entries.values().stream()
                .sorted(Comparator.comparingLong(Entry::header))
                .toList();
        Entry first = inOrder.get(0);
        if (first.header() != 0 || !first.name().equals(EntryNames.DESCRIPTION)) {
            throw new ArchiveException("its first entry is not " + EntryNames.DESCRIPTION);
        }
        for (int index = 0; index < inOrder.size(); index++) {
            Entry entry = inOrder.get(index);
            long next = index + 1 < inOrder.size() ? inOrder.get(index + 1).header() : directoryOffset;
            if (entry.data() > next || entry.compressed() > next - entry.data()) {
                throw new ArchiveException("the entry '" + entry.name() + "' overlaps what follows it");
            }
        }
    }

    private ByteBuffer read(long position, int length) throws IOException {
        if (position < 0) {
            throw new ArchiveException("it is truncated");
        }
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new ArchiveException("it is truncated");
            }
        }
        return buffer.flip();
    }

    @Override
    public Set<String> names() {
        return Set.copyOf(entries.keySet());
    }

    /** Whether the content lies uncompressed at a position that is a multiple of {@code alignment}. */
    public boolean isAligned(String name, int alignment) throws IOException {
        Entry entry = entry(name);
        return entry.method() == STORED && entry.data() % alignment == 0;
    }

    @Override
    public InputStream open(String name) throws IOException {
        Entry entry = entry(name);
        InputStream raw = new RegionStream(channel, entry.data(), entry.compressed());
        InputStream content = entry.method() == DEFLATED ? new DeflatedStream(raw) : raw;
        return new CheckedStream(content, name, entry.size(), entry.crc());
    }

    private Entry entry(String name) throws IOException {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new NoSuchFileException(name);
        }
        return entry;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
