/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The archive that containers are unpacked from. */
public final class Distribution {
    private Distribution() {}

    /**
     * The archive as zip, which is built beside the others.
     *
     * @throws IOException if it is not there
     */
    public static Path zip(Path distribution) throws IOException {
        String name = String.valueOf(distribution.getFileName());
        Path zip = distribution.resolveSibling(name.replaceFirst("\\.tar\\.gz$", ".zip"));
        if (!Files.isRegularFile(zip)) {
            throw new IOException("there is no distribution " + zip + "; ./tminus builds it");
        }
        return zip;
    }
}
