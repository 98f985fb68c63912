/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.tminus.learning.data.Display;

/** Writes pictures as PNG, without a window system. */
final class Png {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    private Png() {}

    /** As a {@code data:} address. */
    static String dataAddress(Display.Picture picture) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(bytes(picture));
    }

    static byte[] bytes(Display.Picture picture) {
        int stride = picture.width() * picture.channels();
        if ((picture.channels() != 1 && picture.channels() != 3)
                || picture.pixels().length != stride * picture.height()) {
            throw new IllegalArgumentException("A picture of " + picture.width() + "x" + picture.height() + " with "
                    + picture.channels() + " channels does not have " + picture.pixels().length + " bytes");
        }
        ByteBuffer header = ByteBuffer.allocate(13);
        header.putInt(picture.width()).putInt(picture.height());
        header.put((byte) 8).put((byte) (picture.channels() == 1 ? 0 : 2));
        byte[] lines = new byte[(stride + 1) * picture.height()];
        for (int y = 0; y < picture.height(); y++) {
            System.arraycopy(picture.pixels(), y * stride, lines, y * (stride + 1) + 1, stride);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        chunk(out, "IHDR", header.array());
        chunk(out, "IDAT", deflated(lines));
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static byte[] deflated(byte[] lines) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try {
            deflater.setInput(lines);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[4096];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        out.writeBytes(name);
        out.writeBytes(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
