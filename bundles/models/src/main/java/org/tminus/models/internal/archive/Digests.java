/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.archive;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32;

/** SHA-256 and CRC-32 of content. */
public final class Digests {
    /**
     * @param sha256 lower-case hexadecimal
     * @param crc CRC-32
     * @param bytes size of the content
     */
    public record Digest(String sha256, long crc, long bytes) {}

    private Digests() {}

    /** Reads to the end; closes nothing. */
    public static Digest of(InputStream content) throws IOException {
        MessageDigest sha = sha256();
        CRC32 crc = new CRC32();
        byte[] buffer = new byte[1 << 16];
        long bytes = 0;
        for (int count = content.read(buffer); count >= 0; count = content.read(buffer)) {
            sha.update(buffer, 0, count);
            crc.update(buffer, 0, count);
            bytes += count;
        }
        return new Digest(hex(sha), crc.getValue(), bytes);
    }

    public static String sha256(byte[] content) {
        return HexFormat.of().formatHex(sha256().digest(content));
    }

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    public static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
