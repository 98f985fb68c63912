/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/** Where the entries of a model are read from: an archive, a folder or a bundle. */
public interface EntrySource {
    /** Known entries only. */
    Set<String> names();

    /**
     * @return the content; it ends with an {@link IOException} if the source is damaged
     * @throws IOException if there is no such entry, or it cannot be read
     */
    InputStream open(String name) throws IOException;
}
