/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

/**
 * An ONNX file, or a description of how to cut it, cannot be used. The message says in one sentence what is wrong and where; {@link #advice()}
 * says what to do next.
 */
public final class OnnxFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String advice;

    /**
     * @param message what is wrong and where
     * @param advice what to do next
     */
    public OnnxFormatException(String message, String advice) {
        super(message);
        this.advice = advice;
    }

    /**
     * @param message what is wrong and where
     * @param advice what to do next
     * @param cause what was found on the way
     */
    public OnnxFormatException(String message, String advice, Throwable cause) {
        super(message, cause);
        this.advice = advice;
    }

    /** What the owner of the file can do next, as one sentence. */
    public String advice() {
        return advice;
    }
}
