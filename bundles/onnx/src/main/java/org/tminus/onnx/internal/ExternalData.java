/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.OnnxFormatException;

/** Where the elements of a tensor lie outside the model file: a checked reference, read only on demand. */
public final class ExternalData {
    private final Path file;
    private final long offset;
    private final long bytes;

    private ExternalData(Path file, long offset, long bytes) {
        this.file = file;
        this.offset = offset;
        this.bytes = bytes;
    }

    /** Checks references of one model; remembers the files it has seen, so that each is looked up once. */
    static final class Resolver {
        private final @Nullable Path folder;
        private final Map<String, Path> files = new HashMap<>();
        private final Map<Path, Long> lengths = new HashMap<>();

        Resolver(@Nullable Path folder) {
            this.folder = folder;
        }

        ExternalData resolve(TensorProto tensor, long expectedBytes, String where) throws OnnxFormatException {
            String location = null;
            long offset = 0;
            long length = expectedBytes;
            for (StringStringEntryProto entry : tensor.getExternalDataList()) {
                switch (entry.getKey()) {
                    case "location" -> location = entry.getValue();
                    case "offset" -> offset = number(entry, where);
                    case "length" -> length = number(entry, where);
                    default -> {
                        // Others, such as a checksum, do not say where the data lies.
                    }
                }
            }
            if (location == null || location.isEmpty()) {
                throw bad(where + " is stored outside the model file, but no location is given");
            }
            if (length != expectedBytes) {
                throw bad(where + " needs " + expectedBytes + " bytes, but its external data has " + length);
            }
            Path file = files.get(location);
            if (file == null) {
                file = locate(location, where);
                files.put(location, file);
            }
            long available = lengths.getOrDefault(file, 0L);
            if (offset > available || expectedBytes > available - offset) {
                throw bad(where + " lies at bytes " + offset + " to "
                        + Math.addExact(Math.min(offset, available), expectedBytes) + " of the file '" + location
                        + "', which has only " + available);
            }
            return new ExternalData(file, offset, expectedBytes);
        }

        private Path locate(String location, String where) throws OnnxFormatException {
            Path base = folder;
            if (base == null) {
                throw new OnnxFormatException(
                        "The data of " + where + " lies in the file '" + shown(location)
                                + "', but this model has no folder.",
                        "Read the model from its file instead of from bytes, or name its folder.");
            }
            try {
                Path relative = Path.of(location);
                if (relative.isAbsolute()
                        || location.startsWith("/")
                        || location.startsWith("\\")
                        || location.indexOf(':') >= 0) {
                    throw outside(location, where);
                }
                for (Path part : relative) {
                    if (part.toString().equals("..")) {
                        throw outside(location, where);
                    }
                }
                Path realBase = base.toRealPath();
                Path real = realBase.resolve(relative).toRealPath();
                if (!real.startsWith(realBase)) {
                    throw outside(location, where);
                }
                if (!Files.isRegularFile(real)) {
                    throw bad("the data of " + where + " should lie in '" + shown(location)
                            + "', which is no plain file");
                }
                lengths.put(real, Files.size(real));
                return real;
            } catch (NoSuchFileException e) {
                throw new OnnxFormatException(
                        "The data of " + where + " should lie in the file '" + shown(location)
                                + "', which is not there.",
                        "Put the external data file beside the model file.",
                        e);
            } catch (InvalidPathException e) {
                throw new OnnxFormatException(
                        "The data of " + where + " has a location that is no file name.", "Export the model again.", e);
            } catch (IOException e) {
                throw new OnnxFormatException(
                        "The data of " + where + " in the file '" + shown(location) + "' cannot be reached: "
                                + e.getMessage(),
                        "Check that the file can be read.",
                        e);
            }
        }

        private static long number(StringStringEntryProto entry, String where) throws OnnxFormatException {
            try {
                long value = Long.parseLong(entry.getValue().trim());
                if (value >= 0) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw new OnnxFormatException(
                        "The external data of " + where + " has an " + entry.getKey() + " that is no number: '"
                                + shown(entry.getValue()) + "'.",
                        "Export the model again.",
                        e);
            }
            throw bad("the external data of " + where + " has a negative " + entry.getKey());
        }

        private static OnnxFormatException outside(String location, String where) {
            return new OnnxFormatException(
                    "The data of " + where + " should lie in '" + shown(location)
                            + "', which is outside the model's own folder.",
                    "Put the data file beside the model file and name it without a path.");
        }

        private static OnnxFormatException bad(String what) {
            return new OnnxFormatException(
                    Character.toUpperCase(what.charAt(0)) + what.substring(1) + ".",
                    "Check that model file and data file belong together and were copied completely.");
        }

        private static String shown(String text) {
            return text.length() <= 120 ? text : text.substring(0, 120) + "…";
        }
    }

    /** How many bytes there are. */
    public long bytes() {
        return bytes;
    }

    /** Reads a part into a buffer until it is full; the caller keeps within {@link #bytes()}. */
    public void read(long from, ByteBuffer into) throws IOException {
        if (from < 0 || into.remaining() > bytes - from) {
            throw new IllegalArgumentException(
                    "outside the tensor: " + from + " + " + into.remaining() + " of " + bytes);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long position = offset + from;
            while (into.hasRemaining()) {
                int count = channel.read(into, position);
                if (count < 0) {
                    throw new IOException("the file " + file.getFileName() + " has become shorter");
                }
                position += count;
            }
        }
    }
}
