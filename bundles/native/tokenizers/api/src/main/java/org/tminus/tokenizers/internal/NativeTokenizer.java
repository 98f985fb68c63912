/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.tminus.tokenizers.Encoding;
import org.tminus.tokenizers.Tokenizer;
import org.tminus.tokenizers.TokenizerException;
import org.tminus.tokenizers.Tokenizers;

/**
 * A tokenizer of the native library. The library ends the whole process on what it does not expect (null, a closed handle,
 * files it cannot work with), so everything is checked here first.
 */
public final class NativeTokenizer implements Tokenizer {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final String CUT = "LONGEST_FIRST";

    private final TokenizersLibrary library;
    private final Handle handle;
    private final Cleaner.Cleanable cleanable;
    private final ReadWriteLock inUse = new ReentrantReadWriteLock();
    private final int maximumLength;
    private final long paddingId;

    /** The native object; it refers to nothing that would keep its tokenizer from being garbage. */
    private static final class Handle implements Runnable {
        private final TokenizersLibrary library;
        private final long address;
        private volatile boolean closed;

        Handle(TokenizersLibrary library, long address) {
            this.library = library;
            this.address = address;
        }

        @Override
        public void run() {
            closed = true;
            library.deleteTokenizer(address);
        }
    }

    private NativeTokenizer(TokenizersLibrary library, long address, int maximumLength, long paddingId) {
        this.library = library;
        this.maximumLength = maximumLength;
        this.paddingId = paddingId;
        handle = new Handle(library, address);
        cleanable = CLEANER.register(this, handle);
    }

    /** See {@link Tokenizers#open(byte[], int)}. */
    public static Tokenizer open(byte[] tokenizerJson, int maximumLength) {
        if (maximumLength < 1) {
            throw new TokenizerException(
                    "The longest length of a text must be at least 1, found " + maximumLength + ".");
        }
        TokenizerFile file = TokenizerFile.check(tokenizerJson);
        TokenizersLibrary library = NativeLibrary.get();
        long address;
        try {
            address = library.createTokenizerFromString(file.json());
        } catch (RuntimeException e) {
            throw new TokenizerException("tokenizer.json is not usable: " + e.getMessage() + ".", e);
        }
        NativeTokenizer tokenizer = new NativeTokenizer(library, address, maximumLength, file.paddingId());
        try {
            int around = tokenizer.encode("").length();
            if (around >= maximumLength) {
                throw new TokenizerException("The longest length of " + maximumLength
                        + " tokens leaves no room for a text: " + around + " stand around it.");
            }
            library.setTruncation(address, maximumLength, CUT, 0);
            return tokenizer;
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    @Override
    public Encoding encode(String text) {
        Objects.requireNonNull(text);
        if (text.length() > LONGEST_TEXT) {
            throw new TokenizerException(
                    "The text has " + text.length() + " characters, more than " + LONGEST_TEXT + ".");
        }
        inUse.readLock().lock();
        try {
            if (handle.closed) {
                throw new IllegalStateException("The tokenizer is closed");
            }
            long encoding = library.encode(handle.address, text, true);
            try {
                return new Encoding(
                        library.getTokenIds(encoding),
                        library.getAttentionMask(encoding),
                        library.getTypeIds(encoding));
            } finally {
                library.deleteEncoding(encoding);
            }
        } catch (IllegalStateException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new TokenizerException("The text cannot be encoded: " + e.getMessage() + ".", e);
        } finally {
            inUse.readLock().unlock();
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int maximumLength() {
        return maximumLength;
    }

    @Override
    public long paddingId() {
        return paddingId;
    }

    @Override
    public void close() {
        inUse.writeLock().lock();
        try {
            cleanable.clean();
        } finally {
            inUse.writeLock().unlock();
        }
    }
}
