/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tokens of a file and their ids, each id once. */
final class Vocabulary {
    static final long LARGEST_ID = (1 << 24) - 1;

    private final Map<String, Long> ids = new HashMap<>();
    private final Set<Long> taken = new HashSet<>();

    /** @return whether the id was free */
    boolean add(String token, long id) {
        if (!taken.add(id)) {
            return false;
        }
        ids.put(token, id);
        return true;
    }

    boolean contains(String token) {
        return ids.containsKey(token);
    }

    Optional<Long> find(String token) {
        return Optional.ofNullable(ids.get(token));
    }
}
