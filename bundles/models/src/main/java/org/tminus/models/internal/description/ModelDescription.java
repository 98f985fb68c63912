/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.osgi.framework.Version;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.models.internal.archive.Digests;
import org.tminus.models.internal.archive.EntryNames;

/** {@code model.json}: the head that identifies a model and its files; {@link DescriptionParser} reads the rest. */
public final class ModelDescription {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final int LONGEST_NAME = 64;
    private static final long SCHEMA_VERSION = 1;

    private final JsonValue root;
    private final String name;
    private final Version version;
    private final String identity;
    private final Map<String, FileRecord> files;

    private ModelDescription(JsonValue root, byte[] content) throws ModelFormatException {
        this.root = root;
        long schema = root.get("schemaVersion").integer(Long.MIN_VALUE, Long.MAX_VALUE);
        if (schema != SCHEMA_VERSION) {
            throw root.get("schemaVersion")
                    .error("must be " + SCHEMA_VERSION + ", found " + schema + "; this version reads no other");
        }
        name = readName(root.get("name"));
        version = readVersion(root.get("version"));
        identity = Digests.sha256(content);
        files = readFiles(root.get("files"));
    }

    /** @throws ModelFormatException with the place in the document, if a member of the head is wrong */
    public static ModelDescription parse(byte[] content) throws ModelFormatException {
        return new ModelDescription(JsonDocument.parse(EntryNames.DESCRIPTION, content), content);
    }

    /** The same document with other records of its files, as it stands in a packed archive. */
    public static byte[] withFiles(byte[] content, Map<String, FileRecord> files)
            throws ModelFormatException, IOException {
        JsonNode node = JsonDocument.node(EntryNames.DESCRIPTION, content);
        if (!(node instanceof ObjectNode object)) {
            throw FormatFailures.invalid(EntryNames.DESCRIPTION + ": $ must be an object.");
        }
        ObjectNode records = object.putObject("files");
        files.forEach((entry, record) ->
                records.putObject(entry).put("sha256", record.sha256()).put("bytes", record.bytes()));
        return JsonDocument.write(object);
    }

    private static String readName(JsonValue value) throws ModelFormatException {
        String name = value.text(LONGEST_NAME);
        if (!NAME.matcher(name).matches()) {
            throw value.error("must be letters, digits, '_' and '-' in parts joined by '.', found '"
                    + EntryNames.printable(name) + "'");
        }
        return name;
    }

    private static Version readVersion(JsonValue value) throws ModelFormatException {
        String text = value.text(LONGEST_NAME);
        try {
            if (text.isBlank()) {
                throw new IllegalArgumentException("empty");
            }
            return Version.parseVersion(text);
        } catch (IllegalArgumentException e) {
            throw value.error(
                    "must be a version such as 1.0.0 or 1.0.0.rc1, found '" + EntryNames.printable(text) + "'");
        }
    }

    private static Map<String, FileRecord> readFiles(JsonValue value) throws ModelFormatException {
        Map<String, FileRecord> files = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> member :
                value.members(EntryNames.ALL.size()).entrySet()) {
            JsonValue file = member.getValue();
            if (!EntryNames.isKnown(member.getKey()) || member.getKey().equals(EntryNames.DESCRIPTION)) {
                throw file.error("is no entry that a model file records");
            }
            files.put(
                    member.getKey(),
                    new FileRecord(sha256(file.get("sha256")), file.get("bytes").integer(0, Long.MAX_VALUE)));
        }
        if (!files.containsKey(EntryNames.MODEL)) {
            throw value.error("lacks " + EntryNames.MODEL);
        }
        return Map.copyOf(files);
    }

    static String sha256(JsonValue value) throws ModelFormatException {
        String text = value.text(LONGEST_NAME);
        if (!SHA256.matcher(text).matches()) {
            throw value.error("must be a SHA-256 in 64 lower-case hexadecimal digits");
        }
        return text;
    }

    public String name() {
        return name;
    }

    public Version version() {
        return version;
    }

    /** SHA-256 of the document. */
    public String identity() {
        return identity;
    }

    /** Every entry besides the description itself. */
    public Map<String, FileRecord> files() {
        return files;
    }

    /** A builder filled from the whole document; files, preprocessing and labels are the caller's to add. */
    AdaptiveModelBuilder builder() throws ModelFormatException {
        Map<String, String> hashes = new LinkedHashMap<>();
        files.forEach((entry, record) -> hashes.put(entry, record.sha256()));
        return new DescriptionParser(this, root).parse().hashes(hashes);
    }

    @Override
    public String toString() {
        return name + " " + version;
    }
}
