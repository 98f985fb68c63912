/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.bundle;

import java.io.IOException;
import java.nio.file.Path;

/** The bundle of the contracts, which is on the class path of every test of a plugin. */
public final class ContractsBundle {
    private static final String NAME = "org.tminus.api";

    private ContractsBundle() {}

    /** @param folder where a jar is made if the contracts are a folder of a build */
    public static BundleFile open(Path folder) throws IOException {
        Path place = ClassPath.find(NAME)
                .orElseThrow(() -> new IOException("The bundle " + NAME + " is not on the class path of the test"));
        return BundleFile.open(place, folder);
    }
}
