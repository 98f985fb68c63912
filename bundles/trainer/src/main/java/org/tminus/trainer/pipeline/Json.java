/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;

/** Figures as JSON. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static byte[] bytes(Map<String, ?> map) throws IOException {
        return MAPPER.writeValueAsBytes(map);
    }

    static byte[] pretty(Map<String, ?> map) throws IOException {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(map);
    }

    static Map<String, Object> map(byte[] bytes) throws IOException {
        return MAPPER.readValue(bytes, new TypeReference<Map<String, Object>>() {});
    }
}
