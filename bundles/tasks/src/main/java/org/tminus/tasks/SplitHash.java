/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The one hash that splits are decided by. */
final class SplitHash {
    private final MessageDigest digest = sha256();
    private final byte[] seed;

    SplitHash(long seed) {
        this.seed = ByteBuffer.allocate(8).putLong(seed).array();
    }

    /** 63 bits of the SHA-256 of seed and key, never negative. Not safe for several threads. */
    long of(String key) {
        digest.update(seed);
        return ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8)))
                        .getLong()
                >>> 1;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Lower-case hex of the SHA-256 of a text. */
    static String hex(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
