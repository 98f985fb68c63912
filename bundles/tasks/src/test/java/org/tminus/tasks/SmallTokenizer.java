/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A tokenizer.json of BERT's kind that knows the letters and a few words. */
public final class SmallTokenizer {
    static final int CLS = 2;
    static final int SEP = 3;

    private SmallTokenizer() {}

    public static byte[] json() {
        StringBuilder vocabulary = new StringBuilder();
        int id = 0;
        for (String token : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "editor", "player", "text", "music")) {
            vocabulary
                    .append(id == 0 ? "" : ",")
                    .append('"')
                    .append(token)
                    .append("\":")
                    .append(id++);
        }
        for (char c = 'a'; c <= 'z'; c++) {
            vocabulary.append(",\"").append(c).append("\":").append(id++);
            vocabulary.append(",\"##").append(c).append("\":").append(id++);
        }
        return ("""
                {"version":"1.0","truncation":null,"padding":null,
                 "added_tokens":[%s,%s,%s,%s],
                 "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
                 "pre_tokenizer":{"type":"BertPreTokenizer"},
                 "post_processor":{"type":"TemplateProcessing",
                   "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],
                   "pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}],
                   "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
                 "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
                 "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{%s}}}
                """)
                .formatted(
                        special(0, "[PAD]"), special(1, "[UNK]"), special(2, "[CLS]"), special(3, "[SEP]"), vocabulary)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String special(int id, String token) {
        return "{\"id\":" + id + ",\"content\":\"" + token
                + "\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true}";
    }
}
