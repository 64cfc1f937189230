/// The description of the API that it serves itself: OpenAPI 3.1. Chinese first, English behind it, so that one
/// document serves both.
enum OpenAPI {
    static let text = #"""
        {
          "openapi": "3.1.0",
          "info": {
            "title": "诉求受理 Intake",
            "version": "1",
            "description": "提交市民诉求，查看办理进展。每次调用带 `Authorization: Bearer ik_…`，密钥由管理员用 `intake key add 名称 --scope submit --scope read` 发放：`submit` 可以提交诉求和文件，`read` 可以查询进展；密钥没有所需的权限，答 403。答复中的文字按 Accept-Language 给出（默认 zh，或 en）；代码不随语言变化。\n\nHand in citizens' reports and follow them. Calls carry `Authorization: Bearer ik_…`, a key the administrator makes with `intake key add NAME --scope submit --scope read`: `submit` is for handing in reports and files, `read` for seeing where a report stands; a call whose scope the key lacks is 403. Titles and details of answers are in the language of Accept-Language (zh by default, or en); codes never change."
          },
          "security": [{"key": []}],
          "paths": {
            "/api/v1/submissions": {
              "post": {
                "operationId": "submit",
                "summary": "提交一件诉求 Hand in one report",
                "description": "落盘之后才答 201。同一件重发，得到同一答复，不会有第二张工单：按内容中的 `id` 认，没有 `id` 的按 Idempotency-Key 认；有 `id` 时不看该请求头。同一 `id`（没有 `id` 时同一 Idempotency-Key）用于另一份内容，答 422（`id-reused`、`idempotency-key-reused`），不保存。答 503 或没有答复，请用同一 `id` 或 Idempotency-Key 再发。\n\n201 is answered only after the report is on disk. The same report sent again gives the same answer and no second ticket: it is known by the `id` in its body, and where it has none by the Idempotency-Key. Beside an `id` the header says nothing more. Other content under an `id` (or, without one, under an Idempotency-Key) that came before is 422 (`id-reused`, `idempotency-key-reused`) and not kept. After 503 or no answer at all, send it again with the same `id` or key.",
                "parameters": [
                  {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": false,
                    "description": "1 至 200 字节；内容没有 id 时须给，也只在那时起作用。1 to 200 bytes; wanted where the body has no id, and only counted there",
                    "schema": {"type": "string", "minLength": 1, "maxLength": 200}
                  }
                ],
                "requestBody": {
                  "required": true,
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Submission"}}}
                },
                "responses": {
                  "201": {
                    "description": "已保存 Kept",
                    "headers": {
                      "Location": {"schema": {"type": "string"}},
                      "Idempotent-Replayed": {
                        "description": "这个编号以前来过则为 true。true when this id or key came before",
                        "schema": {"type": "string"}
                      }
                    },
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}}}
                  },
                  "400": {"$ref": "#/components/responses/Problem"},
                  "401": {"$ref": "#/components/responses/Problem"},
                  "403": {"$ref": "#/components/responses/Problem"},
                  "413": {"$ref": "#/components/responses/Problem"},
                  "415": {"$ref": "#/components/responses/Problem"},
                  "422": {"$ref": "#/components/responses/Problem"},
                  "429": {"$ref": "#/components/responses/TooManyCodes"},
                  "503": {"$ref": "#/components/responses/Problem"}
                }
              }
            },
            "/api/v1/submissions/{number}": {
              "get": {
                "operationId": "status",
                "summary": "查询办理进展 Where a report stands",
                "description": "密钥须有 `read` 权限。错误的查询码按来源地址、密钥和工单计数，太多时（默认十分钟 30 次）一律答 429，对的也要等。\n\nTakes a key with the scope `read`. Wrong look-up codes are counted against the caller's address, its key and the ticket; after too many (30 in ten minutes, where the administrator sets no other limit) the answer is 429 for a while, also to a right one.",
                "parameters": [
                  {"name": "number", "in": "path", "required": true, "schema": {"type": "string"}},
                  {
                    "name": "code",
                    "in": "query",
                    "required": true,
                    "description": "回执中的查询码 The look-up code from the receipt",
                    "schema": {"type": "string"}
                  }
                ],
                "responses": {
                  "200": {
                    "description": "市民可以看到的内容 What the citizen may see",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}}
                  },
                  "401": {"$ref": "#/components/responses/Problem"},
                  "403": {"$ref": "#/components/responses/Problem"},
                  "404": {"$ref": "#/components/responses/Problem"},
                  "429": {"$ref": "#/components/responses/TooManyCodes"},
                  "503": {"$ref": "#/components/responses/Problem"}
                }
              }
            },
            "/api/v1/files": {
              "post": {
                "operationId": "upload",
                "summary": "上传一个文件，一周内由诉求引用 Hand in one file, to be named by a report within a week",
                "description": "照片（JPEG、PNG、GIF、WebP、HEIC）、视频（MP4、MOV、3GP、WebM）、录音（MP3、M4A、AMR、WAV、OGG）和 PDF，按内容辨认。请求体就是文件的字节。\n\nPictures (JPEG, PNG, GIF, WebP, HEIC), videos (MP4, MOV, 3GP, WebM), recordings (MP3, M4A, AMR, WAV, OGG) and PDF, told by their content. The body is the bytes of the file.",
                "parameters": [
                  {
                    "name": "name",
                    "in": "query",
                    "description": "文件名 What the file is called",
                    "schema": {"type": "string"}
                  }
                ],
                "requestBody": {
                  "required": true,
                  "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
                },
                "responses": {
                  "201": {
                    "description": "已保存 Kept",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/File"}}}
                  },
                  "400": {"$ref": "#/components/responses/Problem"},
                  "401": {"$ref": "#/components/responses/Problem"},
                  "403": {"$ref": "#/components/responses/Problem"},
                  "413": {"$ref": "#/components/responses/Problem"},
                  "415": {"$ref": "#/components/responses/Problem"},
                  "503": {"$ref": "#/components/responses/Problem"}
                }
              }
            }
          },
          "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "responses": {
              "Problem": {
                "description": "为什么没有收下，要改什么 Why not, and what to mend",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
              },
              "TooManyCodes": {
                "description": "这个地址、这把密钥或这张工单的错误查询码太多（`too-many-codes`），没有保存 Too many wrong look-up codes came from this address, with this key, or for this ticket; nothing was kept",
                "headers": {
                  "Retry-After": {
                    "description": "多少秒之后再试 Seconds until another code is looked at",
                    "required": true,
                    "schema": {"type": "string"}
                  }
                },
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
              }
            },
            "schemas": {
              "Submission": {
                "type": "object",
                "required": ["text"],
                "description": "长度按 UTF-8 字节计。不认识的字段不采用，并在备注中说明。Lengths are bytes of UTF-8. Unknown fields are ignored with a remark.",
                "properties": {
                  "id": {"type": "string", "maxLength": 200, "description": "发送方自己的编号；同一编号即同一件，不论 Idempotency-Key。The sender's own id of this report; the same id is the same report, whatever the Idempotency-Key"},
                  "kind": {
                    "enum": [
                      "consultation",
                      "help",
                      "complaint",
                      "report",
                      "suggestion",
                      "praise",
                      "other",
                      "咨询",
                      "求助",
                      "投诉",
                      "举报",
                      "建议",
                      "表扬",
                      "其他"
                    ]
                  },
                  "subject": {"type": "string", "maxLength": 1000},
                  "text": {"type": "string", "minLength": 1, "maxLength": 262144, "description": "发生了什么 What happened"},
                  "category": {"type": "string", "description": "本市类别代码 A code of the city's tree"},
                  "place": {
                    "type": "object",
                    "properties": {
                      "text": {"type": "string", "maxLength": 1000},
                      "area": {"type": "string", "description": "本市区域代码 A code of the city's areas"},
                      "lat": {"type": "number", "minimum": -90, "maximum": 90},
                      "lon": {"type": "number", "minimum": -180, "maximum": 180},
                      "datum": {"enum": ["WGS-84", "GCJ-02"], "default": "WGS-84"}
                    }
                  },
                  "contact": {
                    "type": "object",
                    "properties": {
                      "name": {"type": "string"},
                      "phone": {"type": "string"},
                      "mail": {"type": "string"},
                      "wechat": {"type": "string"}
                    }
                  },
                  "anonymous": {
                    "type": "boolean",
                    "default": false,
                    "description": "附来的联系方式也不留存。No contact is kept, even if one is sent"
                  },
                  "confidential": {
                    "type": "boolean",
                    "default": false,
                    "description": "保密：承办单位不知道是谁反映的。The department does not learn who reports"
                  },
                  "urgent": {"type": "boolean", "default": false},
                  "language": {"enum": ["zh", "en"], "default": "zh"},
                  "said": {"type": "string", "format": "date-time"},
                  "consent": {"type": "string", "description": "市民同意的说明的版本 Version of the consent line that was shown"},
                  "files": {
                    "type": "array",
                    "maxItems": 20,
                    "items": {"type": "string"},
                    "description": "POST /api/v1/files 给出的引用；文件依法删除后即失效 References that POST /api/v1/files gave out; none is good once its file was erased by law"
                  },
                  "attachments": {
                    "type": "array",
                    "maxItems": 20,
                    "description": "答复之后再取的文件 Files to be fetched after the answer",
                    "items": {
                      "type": "object",
                      "required": ["url"],
                      "properties": {
                        "url": {"type": "string", "format": "uri", "description": "只用 https。https only"},
                        "sha256": {"type": "string"},
                        "mime": {"type": "string"},
                        "name": {"type": "string"}
                      }
                    }
                  },
                  "follows_up": {
                    "type": "string",
                    "maxLength": 200,
                    "description": "所补充的工单编号。该单未办结，且由同一密钥提交或 `follows_up_code` 是它的查询码，才并入；否则另立新单，在答复的 `remarks` 中说明。The number of an earlier report that this one goes on about. It joins that ticket if it is open and was handed in with the same key, or if `follows_up_code` is its look-up code; otherwise it becomes a ticket of its own and `remarks` of the answer says so."
                  },
                  "follows_up_code": {
                    "type": "string",
                    "maxLength": 200,
                    "description": "`follows_up` 那张工单的查询码；错误的与查询一样计数，太多时答 429，不保存。The look-up code of the report named by `follows_up`. Wrong ones are counted as for its status; after too many, a report that shows one is 429 and not kept."
                  }
                }
              },
              "Receipt": {
                "type": "object",
                "required": ["number", "follow_up"],
                "properties": {
                  "number": {"type": "string", "examples": ["20261121-000042"]},
                  "lookup_code": {
                    "type": "string",
                    "description": "保密：谁有它谁就能查看这件诉求。并入他单的补充不给出。Secret: whoever has it may follow the report. Not given for a follow-up."
                  },
                  "follow_up": {"type": "boolean"},
                  "next": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "接下来依次怎么办，按 Accept-Language 的语言。并入他单的补充不给出。What happens now, in order, in the language of Accept-Language. Not given for a follow-up."
                  },
                  "answer_by": {
                    "type": "string",
                    "format": "date-time",
                    "description": "何时之前答复（目录定有时限的）。并入他单的补充不给出。By when there is an answer, where the catalogue sets a limit. Not given for a follow-up."
                  },
                  "links": {
                    "type": "object",
                    "properties": {"self": {"type": "string"}, "track": {"type": "string"}}
                  },
                  "remarks": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "没有照原样采用的内容，按 Accept-Language 的语言：没有并入的 `follows_up`、不认识的字段。What was not taken as it was sent, in the language of Accept-Language: a `follows_up` that was not joined, unknown fields"
                  },
                  "emergency": {
                    "type": "array",
                    "description": "请立即告知市民：所述情况应先打这些电话。Show these to the citizen at once: what was written calls for them rather than for a hotline",
                    "items": {"$ref": "#/components/schemas/Emergency"}
                  }
                }
              },
              "Emergency": {
                "type": "object",
                "required": ["number", "zh", "en"],
                "properties": {
                  "number": {"type": "string", "examples": ["119"], "description": "要拨打的号码 Whom to call"},
                  "zh": {"type": "string", "description": "告知市民的话，中文。What to tell the citizen, in Chinese"},
                  "en": {"type": "string", "description": "同上，英文。The same in English"}
                }
              },
              "Status": {
                "type": "object",
                "required": ["number", "state", "state_name", "received", "departments", "history"],
                "properties": {
                  "number": {"type": "string"},
                  "state": {
                    "enum": [
                      "received",
                      "needs-info",
                      "accepted",
                      "in-hand",
                      "answered",
                      "call-back",
                      "closed",
                      "not-accepted",
                      "withdrawn",
                      "merged",
                      "transferred-emergency"
                    ]
                  },
                  "state_name": {"type": "string"},
                  "kind": {"type": "string"},
                  "category": {"$ref": "#/components/schemas/Named"},
                  "area": {"$ref": "#/components/schemas/Named"},
                  "received": {"type": "string", "format": "date-time"},
                  "answer_by": {"type": "string", "format": "date-time"},
                  "departments": {"type": "array", "items": {"$ref": "#/components/schemas/Named"}},
                  "history": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": ["at", "text"],
                      "properties": {"at": {"type": "string", "format": "date-time"}, "text": {"type": "string"}}
                    }
                  }
                }
              },
              "Named": {
                "type": "object",
                "required": ["code", "name"],
                "properties": {"code": {"type": "string"}, "name": {"type": "string"}}
              },
              "File": {
                "type": "object",
                "required": ["file", "type", "size"],
                "properties": {"file": {"type": "string"}, "type": {"type": "string"}, "size": {"type": "integer"}}
              },
              "Problem": {
                "type": "object",
                "description": "问题说明（RFC 9457）。Problem details (RFC 9457)",
                "required": ["type", "status", "code", "title"],
                "properties": {
                  "type": {"type": "string"},
                  "status": {"type": "integer"},
                  "code": {"type": "string"},
                  "title": {"type": "string"},
                  "errors": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": ["field", "code", "detail"],
                      "properties": {
                        "field": {"type": "string"},
                        "code": {"type": "string"},
                        "detail": {"type": "string"}
                      }
                    }
                  }
                }
              }
            }
          }
        }

        """#
}
