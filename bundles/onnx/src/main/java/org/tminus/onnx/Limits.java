/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

/**
 * What a file may ask for before it is refused. The limits bound memory and time, so that a hostile file ends in an
 * {@link OnnxFormatException} quickly.
 *
 * @param fileBytes most bytes of the {@code .onnx} file itself, without external data; at most {@link #FORMAT_LIMIT_BYTES}
 * @param parseOverheadBytes heap that parsing may need on top of four times the size of the file
 * @param nodes most operators, those of subgraphs and functions included
 * @param tensorElements most elements of one tensor
 * @param rank most dimensions of one tensor
 * @param subgraphDepth how deep subgraphs (bodies of {@code If}, {@code Loop}, {@code Scan}) may be nested
 */
public record Limits(
        long fileBytes, long parseOverheadBytes, int nodes, long tensorElements, int rank, int subgraphDepth) {

    /** The most that the format (protobuf) itself allows. */
    public static final long FORMAT_LIMIT_BYTES = Integer.MAX_VALUE - 16L;

    /** Fits every published encoder; refuses what could only be an attack or an accident. */
    public static final Limits DEFAULT = new Limits(FORMAT_LIMIT_BYTES, 256L << 20, 200_000, 1L << 36, 16, 8);

    /**
     * @throws IllegalArgumentException if a limit is not positive, the file limit is above {@link #FORMAT_LIMIT_BYTES}, or the depth above 16
     */
    public Limits {
        if (fileBytes <= 0 || parseOverheadBytes <= 0 || nodes <= 0 || tensorElements <= 0 || rank <= 0) {
            throw new IllegalArgumentException("every limit must be positive");
        }
        if (fileBytes > FORMAT_LIMIT_BYTES) {
            throw new IllegalArgumentException("fileBytes must be at most " + FORMAT_LIMIT_BYTES + ": " + fileBytes);
        }
        if (subgraphDepth < 0 || subgraphDepth > 16) {
            throw new IllegalArgumentException("subgraphDepth must be within 0 and 16: " + subgraphDepth);
        }
    }

    /** The same limits with another size of the file. */
    public Limits withFileBytes(long bytes) {
        return new Limits(bytes, parseOverheadBytes, nodes, tensorElements, rank, subgraphDepth);
    }

    /** The same limits with another number of operators. */
    public Limits withNodes(int count) {
        return new Limits(fileBytes, parseOverheadBytes, count, tensorElements, rank, subgraphDepth);
    }
}
