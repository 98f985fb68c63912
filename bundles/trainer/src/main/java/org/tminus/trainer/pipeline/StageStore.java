/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UTFDataFormatException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The results of finished stages in a work folder, each under a fingerprint of all that it was made from. A result is
 * complete or absent, whenever the process ends. Used by one thread and one process at a time.
 */
final class StageStore {
    private static final int MAGIC = 0x54_4d_53_54;

    private final Path folder;

    /** A stage that can be told to stop. */
    interface Work {
        /** @return the result; {@code null} if it was stopped */
        byte @Nullable [] run() throws IOException;
    }

    StageStore(Path folder) throws IOException {
        Files.createDirectories(folder);
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    /** The result of a stage, made now if it is not there yet or was made from something else. */
    byte @Nullable [] once(String stage, String fingerprint, Work work) throws IOException {
        byte[] known = find(stage, fingerprint);
        if (known != null) {
            return known;
        }
        byte[] made = work.run();
        if (made != null) {
            put(stage, fingerprint, made);
        }
        return made;
    }

    /** A result that was made from the same; {@code null} if there is none. */
    byte @Nullable [] find(String stage, String fingerprint) throws IOException {
        Path file = file(stage);
        if (!Files.isRegularFile(file)) {
            return null;
        }
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            if (in.readInt() != MAGIC || !in.readUTF().equals(fingerprint)) {
                return null;
            }
            String hash = in.readUTF();
            byte[] content = in.readAllBytes();
            // A damaged result is made again, as if it were not there.
            return sha256(content).equals(hash) ? content : null;
        } catch (EOFException | UTFDataFormatException e) {
            return null;
        }
    }

    private void put(String stage, String fingerprint, byte[] content) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(header)) {
            out.writeInt(MAGIC);
            out.writeUTF(fingerprint);
            out.writeUTF(sha256(content));
        }
        write(file(stage), header.toByteArray(), content);
    }

    private Path file(String stage) {
        return folder.resolve(stage + ".stage");
    }

    /** Writes beside the target, forces it to disk and moves it into place. */
    static void write(Path file, byte[]... parts) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                OutputStream out = Channels.newOutputStream(channel)) {
            for (byte[] part : parts) {
                out.write(part);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static String sha256(byte[] content) {
        return HexFormat.of().formatHex(digest().digest(content));
    }

    /** A fingerprint of parts, each a text or bytes. */
    static String fingerprint(Object... parts) {
        MessageDigest digest = digest();
        for (Object part : parts) {
            byte[] bytes = part instanceof byte[] raw ? raw : part.toString().getBytes(StandardCharsets.UTF_8);
            digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java has no SHA-256", e);
        }
    }
}
