// Generated from apps/gateway/openapi.json by "npm run generate".
export interface paths {
    "/v1/generations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List generations
         * @description Those of the API key, the newest first, without deleted ones.
         *
         *     Needs the scope `read`.
         */
        get: operations["listGenerations"];
        put?: never;
        /**
         * Make something
         * @description Accepts a generation, which is not lost from the 202 on. Follow its events, ask for it again, have a webhook told, or wait for it with `Prefer: wait`. Sent again with the same `Idempotency-Key` nothing is made twice.
         *
         *     Needs the scope `generate`.
         */
        post: operations["createGeneration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/generations/estimate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask what something would cost
         * @description Takes the body of a generation. Nothing is stored, fetched or queued.
         *
         *     Needs the scope `read`.
         */
        post: operations["estimateGeneration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/generations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a generation
         * @description Needs the scope `read`.
         */
        get: operations["getGeneration"];
        put?: never;
        post?: never;
        /**
         * Delete a generation
         * @description Cancels it where it runs, and erases its inputs, outputs and caches. Deleting it again makes sure that nothing is left.
         *
         *     Needs the scope `generate`.
         */
        delete: operations["deleteGeneration"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/generations/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a generation
         * @description A running one frees its place at its next step. One that has ended stays as it is.
         *
         *     Needs the scope `generate`.
         */
        post: operations["cancelGeneration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/generations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow a generation
         * @description Server-sent events (HTML standard, section 9.2) until the last one: `succeeded`, `failed` or `canceled`. `event` names the kind, `data` holds JSON, `id` is the place in the log.
         *
         *     After a break send the last `id` as `Last-Event-ID`: what came since follows. Where the log no longer tells everything, an event `snapshot` without an id comes first, whose `data` is the `Generation`. Events `preview` have no id either, and slow readers are spared them.
         *
         *     ```
         *     id: 1-1
         *     event: accepted
         *     data: {"type":"accepted","created_at":"2026-11-25T09:30:00.000Z"}
         *
         *     id: 1-2
         *     event: step
         *     data: {"type":"step","step":3,"steps":16,"outputs":["image"]}
         *
         *     event: preview
         *     data: {"type":"preview","output":"image","sample":0,"step":3,"image":"data:image/webp;base64,UklGRg=="}
         *
         *     id: 1-4
         *     event: succeeded
         *     data: {"type":"succeeded"}
         *     ```
         *
         *     A comment comes every 15 s. `retry` asks to come back when the service restarts. The stream ends at the next comment when the API key is revoked.
         *
         *     Needs the scope `read`.
         */
        get: operations["followGeneration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/generations/{id}/outputs/{index}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download an output
         * @description By the link that the generation gives, without an API key, or with the key of the generation. Where storage has a public name (`S3_PUBLIC_ENDPOINT`) the answer is a redirect to it.
         *
         *     Needs the scope `read`.
         */
        get: operations["downloadOutput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/generations/{id}/share": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Share what was made
         * @description A link that nobody can guess. Asked for again it stays the same, and lives from now on for `expires_seconds`; that of a guest ends with the guest. It shows nothing once its key is revoked. The files carry the settings that made them, prompts included.
         *
         *     Needs the scope `generate`.
         */
        post: operations["shareGeneration"];
        /**
         * Take a link back
         * @description Holds at once. A later link is another one.
         *
         *     Needs the scope `generate`.
         */
        delete: operations["unshareGeneration"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/s/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Open a shared link
         * @description A browser that accepts `text/html` gets a page that shows it. An address may open 240 a minute, files included.
         *
         *     Needs no API key.
         */
        get: operations["getShared"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/s/{token}/outputs/{index}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a file of a shared link
         * @description Once the link is taken back, its time is over or its key is revoked, nothing is served any more.
         *
         *     Needs no API key.
         */
        get: operations["downloadShared"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a file
         * @description Takes JPEG, PNG, WebP, GIF, WAV, FLAC, MP3, Ogg/Opus, MP4 and WebM, at most 64 MiB unless the deployment says otherwise, as a form with one part `file` or as the body itself. What it is, its bytes say; a declared type has to agree. Equal bytes of one key are stored once. The file is used as a condition and never served as it came.
         *
         *     Needs the scope `generate`.
         */
        post: operations["createAsset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what is known of an asset
         * @description Needs the scope `read`.
         */
        get: operations["getAsset"];
        put?: never;
        post?: never;
        /**
         * Delete an asset
         * @description What a generation uses stays until that is deleted (`conflict` names it).
         *
         *     Needs the scope `generate`.
         */
        delete: operations["deleteAsset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assets/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a generated asset
         * @description What a client sent is never served (`forbidden`).
         *
         *     Needs the scope `read`.
         */
        get: operations["downloadAsset"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assets/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin an upload straight to storage
         * @description Announce the length and the sha256 of a file, put exactly that to the given address within an hour, then `complete` it.
         *
         *     Needs the scope `generate`.
         */
        post: operations["beginUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assets/uploads/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Put the file of an upload
         * @description Where storage has no public name: by the link that the upload gave, with the headers it named.
         *
         *     Needs no API key.
         */
        put: operations["putUpload"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assets/uploads/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an upload an asset
         * @description Once its bytes are those that were announced and of a kind that is taken. May be done twice.
         *
         *     Needs the scope `generate`.
         */
        post: operations["completeUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List models
         * @description The first is the default one.
         *
         *     Needs the scope `read`.
         */
        get: operations["listModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a model
         * @description What it takes and makes, its limits, samplers and defaults.
         *
         *     Needs the scope `read`.
         */
        get: operations["getModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is the process alive?
         * @description Needs no API key.
         */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Can it answer?
         * @description What is wrong is told in the log and on the port of the metrics.
         *
         *     Needs no API key.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List endpoints
         * @description All of them on one page, the newest first.
         *
         *     Needs the scope `read`.
         */
        get: operations["listWebhookEndpoints"];
        put?: never;
        /**
         * Have an address told of generations
         * @description It is told of every generation of the API key that is accepted from now on. A key has 16 endpoints at most. The answer alone holds the secret. Guests have no webhooks.
         *
         *     Needs the scope `generate`.
         */
        post: operations["createWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an endpoint
         * @description Needs the scope `read`.
         */
        get: operations["getWebhookEndpoint"];
        put?: never;
        post?: never;
        /**
         * Delete an endpoint
         * @description The endpoint `default` stays.
         *
         *     Needs the scope `generate`.
         */
        delete: operations["deleteWebhookEndpoint"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/endpoints/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the secret of an endpoint
         * @description Messages carry one signature for each secret that signs, so that a receiver can change over in its own time.
         *
         *     Needs the scope `generate`.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries
         * @description What became of the telling of ends, the newest first. `status=dead` is the dead-letter list.
         *
         *     Needs the scope `read`.
         */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a delivery
         * @description Needs the scope `read`.
         */
        get: operations["getWebhookDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/deliveries/{id}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a delivery again
         * @description Begins a new series of tries under the same `webhook-id`, the first of them now.
         *
         *     Needs the scope `generate`.
         */
        post: operations["redeliverWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description Revoked ones included, in no order that means anything.
         *
         *     Needs the scope `admin`.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Make an API key
         * @description The answer alone holds the secret.
         *
         *     Needs the scope `admin`.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an API key
         * @description Needs the scope `admin`.
         */
        get: operations["getKey"];
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description Holds at once, on every gateway. The key that sends the request stays.
         *
         *     Needs the scope `admin`.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read who is signed in
         * @description Needs the scope `read`.
         */
        get: operations["getSession"];
        put?: never;
        /**
         * Sign a page in
         * @description Gives an HttpOnly cookie for an API key, which comes in the body or as Authorization, so that no script of the page holds it. A session lives for a week. Without a key a visitor becomes a guest for a day, where the deployment lets guests in. An address may begin 30 sessions a minute, and 10 of guests.
         *
         *     Needs no API key.
         */
        post: operations["beginSession"];
        /**
         * Sign out
         * @description Needs no API key.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "generation.succeeded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * generation.succeeded
         * @description Signed as Standard Webhooks says. Only 2xx counts; 410 disables the endpoint; 429 and Retry-After are honoured; an answer has 15 s. An end is tried ten times within about three days; progress once.
         */
        post: operations["onSucceeded"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "generation.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * generation.failed
         * @description Signed as Standard Webhooks says. Only 2xx counts; 410 disables the endpoint; 429 and Retry-After are honoured; an answer has 15 s. An end is tried ten times within about three days; progress once.
         */
        post: operations["onFailed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "generation.canceled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * generation.canceled
         * @description Signed as Standard Webhooks says. Only 2xx counts; 410 disables the endpoint; 429 and Retry-After are honoured; an answer has 15 s. An end is tried ten times within about three days; progress once.
         */
        post: operations["onCanceled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "generation.progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * generation.progress
         * @description Signed as Standard Webhooks says. Only 2xx counts; 410 disables the endpoint; 429 and Retry-After are honoured; an answer has 15 s. An end is tried ten times within about three days; progress once.
         */
        post: operations["onProgress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        /** @description An input as it was accepted: a text, an asset or a URL. */
        AcceptedCondition: {
            /** @constant */
            type: "text";
            weight: number;
            text: string;
        } | {
            /** @enum {string} */
            type: "image" | "audio" | "video";
            weight: number;
            /** @description The asset that it is: what was named, or what was sent inline. */
            asset?: string;
            url?: string;
        };
        /** @description The first event. */
        AcceptedEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "accepted";
            created_at: string;
        };
        /** @description A stored file. Equal bytes of one API key are stored once. */
        Asset: {
            id: string;
            content_type: string;
            bytes: number;
            sha256: string;
        };
        /** @description A sound: WAV, FLAC, MP3, Ogg, or the sound of an MP4 or WebM clip. Exactly one of `asset`, `url` and `data` says which. */
        AudioConditionBody: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "audio";
            /** @description The id of an asset of the same API key: an uploaded file, or an output of an earlier generation. */
            asset?: string;
            /**
             * Format: uri
             * @description A public http or https address, which is fetched once, when the generation runs.
             */
            url?: string;
            /** @description The file itself as a `data:` URI in base64, at most 16 MiB of file; upload greater ones. */
            data?: string;
            /**
             * @description How much it counts beside the other conditions; only the ratios matter. At least one is greater than 0.
             * @default 1
             */
            weight?: number;
        };
        /** @description A sound. */
        AudioOutputBody: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "audio";
            /**
             * @default wav
             * @enum {string}
             */
            format?: "wav" | "flac" | "opus";
            /** @description Length in seconds. */
            seconds?: number;
            /** @description How far predictions are pushed towards the conditions (classifier-free guidance). The model's own by default. */
            guidance?: number;
            /** @description Steps of denoising; only where this is the one output. Joint outputs share `steps` of the body. */
            steps?: number;
        };
        /** @description Who is signed in now; the cookie came with this answer. */
        BegunSession: {
            key: {
                id: string;
                name: string;
                scopes: components["schemas"]["KeyScope"][];
            };
            /** @description A visitor without a key. */
            guest: boolean;
            /** Format: date-time */
            expires_at: string;
        };
        /** @description The last event. */
        CanceledEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "canceled";
        };
        /** @description One input of a generation. */
        ConditionBody: components["schemas"]["TextConditionBody"] | components["schemas"]["ImageConditionBody"] | components["schemas"]["AudioConditionBody"] | components["schemas"]["VideoConditionBody"];
        /**
         * @description Stable; to be told apart by programs.
         * @enum {string}
         */
        ErrorCode: "invalid_request" | "unauthorized" | "forbidden" | "quota_exceeded" | "not_found" | "method_not_allowed" | "conflict" | "gone" | "range_not_satisfiable" | "payload_too_large" | "unsupported_media_type" | "unsupported_by_bundle" | "model_not_found" | "asset_not_found" | "idempotency_mismatch" | "media_type_mismatch" | "media_undecodable" | "media_too_large" | "media_timeout" | "url_refused" | "url_unreachable" | "rate_limited" | "canceled" | "deadline_exceeded" | "numeric_failure" | "worker_crashed" | "worker_unavailable" | "tensor_gone" | "storage_unavailable" | "storage_full" | "queue_unavailable" | "overloaded" | "internal";
        /** @description What a generation would cost. */
        Estimate: {
            model: string;
            /** @description Seconds of work for one worker of each kind. */
            seconds: number;
            /** @description By what workers have measured; else by what the model says of itself. */
            measured: boolean;
            /** @description The wait of the last place in line. */
            queue: components["schemas"]["QueuePlace"];
        };
        /** @description The last event: it failed, and why. */
        FailedEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "failed";
            code: string;
            message: string;
        };
        /** @description A condition’s URL is being fetched. */
        FetchingEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "fetching";
            /** @description Index of the condition, from 0. */
            condition: number;
        };
        /** @description What was asked for, how far it is, and what was made. */
        Generation: {
            id: string;
            status: components["schemas"]["GenerationStatus"];
            model: string;
            /** @description The very version of the model, pinned on acceptance. */
            bundle: {
                name: string;
                digest: string;
            };
            /** Format: date-time */
            created_at: string;
            conditions: components["schemas"]["AcceptedCondition"][];
            negative?: string;
            requested: components["schemas"]["RequestedOutput"][];
            /** @description The one that is used: sent again, it makes the same again. */
            seed: number;
            steps: number;
            sampler: components["schemas"]["Sampler"];
            samples: number;
            /** @enum {string} */
            determinism: "tolerant" | "strict";
            /** @enum {string} */
            priority: "low" | "normal" | "high";
            metadata: {
                [key: string]: string;
            };
            progress: {
                stage: components["schemas"]["GenerationStatus"];
                /** @description Steps of denoising that are done. */
                step: number;
                steps: number;
                outputs: components["schemas"]["Modality"][];
            };
            /** @description While it is `queued`. */
            queue?: components["schemas"]["QueuePlace"];
            /** @description Its files, once it has succeeded. */
            outputs: components["schemas"]["Output"][];
            /** @description Why it failed. */
            error?: components["schemas"]["GenerationFailure"];
            /** @description Seconds from acceptance until stages began and ended, such as `diffuse_started_seconds`. */
            timings: {
                [key: string]: number;
            };
            urls: {
                /** Format: uri */
                get: string;
                /** Format: uri */
                events: string;
                /** Format: uri */
                cancel: string;
            };
        };
        /** @description What to make, and of what. */
        GenerationBody: {
            /** @description Name of a model; the service's first one by default. */
            model?: string;
            /** @description What is given: 1 to 16 conditions of any kinds, not all of weight 0. */
            conditions: components["schemas"]["ConditionBody"][];
            /** @description Words for what is not wanted. They take the place of the empty condition. */
            negative?: string;
            /** @description What is made, jointly, so that all of it belongs together. Each kind once; `samples` makes more of all. */
            outputs: components["schemas"]["OutputBody"][];
            /** @description Where the noise comes from; drawn at random by default. Equal bodies with equal seeds give equal results. */
            seed?: number;
            /** @description Steps of denoising, which all outputs share. The model's own number by default. */
            steps?: number;
            /** @description How far predictions are pushed towards the conditions (classifier-free guidance). The model's own by default. */
            guidance?: number;
            /**
             * @description One of the model's samplers; its first one by default.
             * @enum {string}
             */
            sampler?: "ddim" | "dpmpp_2m" | "euler" | "flow_euler";
            /**
             * @description How many results; sample n of each output belongs to sample n of the others.
             * @default 1
             */
            samples?: number;
            /**
             * @description `strict`: the same bytes whoever shares the batch, at some cost in speed.
             * @default tolerant
             * @enum {string}
             */
            determinism?: "tolerant" | "strict";
            /**
             * @description Place among the generations of the same key.
             * @default normal
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            /** @description Seconds from acceptance after which it fails as `deadline_exceeded` rather than go on. */
            deadline_seconds?: number;
            /** @description Is told of this generation, signed with the secret of the endpoint `default`. */
            webhook?: components["schemas"]["WebhookBody"];
            /**
             * @description Words of the client's own, which come back as they are: at most 16 entries, names of 1 to 64 characters, values of at most 512.
             * @default {}
             */
            metadata?: {
                [key: string]: string;
            };
        };
        /** @description The `data` of a server-sent event; `event` is its `type`. */
        GenerationEvent: components["schemas"]["AcceptedEvent"] | components["schemas"]["FetchingEvent"] | components["schemas"]["StageEvent"] | components["schemas"]["StepEvent"] | components["schemas"]["OutputEvent"] | components["schemas"]["SucceededEvent"] | components["schemas"]["FailedEvent"] | components["schemas"]["CanceledEvent"] | components["schemas"]["PreviewEvent"];
        GenerationFailure: {
            /** @description Stable: one of the codes of `Problem`. */
            code: string;
            /** @description What went wrong, and the way out, in words. */
            message: string;
            /** @description JSON pointer (RFC 6901) to the part of the request that caused it. */
            pointer?: string;
        };
        GenerationList: {
            data: components["schemas"]["Generation"][];
            /** @description Pass it on as `cursor` for the next page; null on the last one. */
            next_cursor: string | null;
        };
        /**
         * @description States in their order. `succeeded`, `failed` and `canceled` are final.
         * @enum {string}
         */
        GenerationStatus: "queued" | "fetching" | "encoding" | "diffusing" | "decoding" | "succeeded" | "failed" | "canceled";
        /** @description A picture: JPEG, PNG, WebP or GIF. Exactly one of `asset`, `url` and `data` says which. */
        ImageConditionBody: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "image";
            /** @description The id of an asset of the same API key: an uploaded file, or an output of an earlier generation. */
            asset?: string;
            /**
             * Format: uri
             * @description A public http or https address, which is fetched once, when the generation runs.
             */
            url?: string;
            /** @description The file itself as a `data:` URI in base64, at most 16 MiB of file; upload greater ones. */
            data?: string;
            /**
             * @description How much it counts beside the other conditions; only the ratios matter. At least one is greater than 0.
             * @default 1
             */
            weight?: number;
        };
        /** @description A picture. */
        ImageOutputBody: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "image";
            /**
             * @default png
             * @enum {string}
             */
            format?: "png" | "webp";
            /** @description Pixels. */
            width?: number;
            /** @description Pixels. */
            height?: number;
            /** @description How far predictions are pushed towards the conditions (classifier-free guidance). The model's own by default. */
            guidance?: number;
            /** @description Steps of denoising; only where this is the one output. Joint outputs share `steps` of the body. */
            steps?: number;
        };
        /** @description An API key without its secret. */
        Key: {
            id: string;
            name: string;
            scopes: components["schemas"]["KeyScope"][];
            limits: components["schemas"]["KeyLimits"];
            /**
             * @description Of a visitor without a key.
             * @constant
             */
            guest?: true;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            revoked_at?: string;
        };
        /** @description An API key that is to be made. */
        KeyBody: {
            /** @description For people: 1 to 100 characters. */
            name: string;
            /**
             * @description `read` what is its own, `generate` as well, `admin` manages the keys.
             * @default [
             *       "read",
             *       "generate"
             *     ]
             */
            scopes?: components["schemas"]["KeyScope"][];
            /** @default {} */
            limits?: components["schemas"]["KeyLimitsBody"];
        };
        /** @description The limits that hold. Null is no limit. */
        KeyLimits: {
            requests_per_minute: number | null;
            generations_in_flight: number | null;
            /** @description Bytes of all its assets together. */
            asset_bytes: number | null;
        };
        /** @description Limits of a key. Null is no limit; what is not set follows the deployment. */
        KeyLimitsBody: {
            /** @description Requests a minute. */
            requests_per_minute?: number | null;
            /** @description Generations that are open at once. */
            generations_in_flight?: number | null;
            /** @description Bytes of all its assets together. */
            asset_bytes?: number | null;
        };
        KeyList: {
            data: components["schemas"]["Key"][];
            /** @description Pass it on as `cursor` for the next page; null on the last one. */
            next_cursor: string | null;
        };
        /** @enum {string} */
        KeyScope: "read" | "generate" | "admin";
        /** @description The key has a file of these bytes already; nothing is to be sent. */
        KnownFile: {
            asset: components["schemas"]["Asset"];
        };
        Liveness: {
            /** @constant */
            status: "ok";
            /** @enum {string} */
            phase: "starting" | "ready" | "draining";
        };
        /** @enum {string} */
        Modality: "text" | "image" | "audio" | "video";
        /** @description A bundle that the service offers. */
        Model: {
            name: string;
            /** @description Names this version of the bundle. */
            digest: string;
            version: string;
            description: string;
            license: string;
            /** @description Kinds of conditions that it takes. */
            conditions: components["schemas"]["Modality"][];
            /** @description Kinds of outputs that it makes, their sizes, and limits of what it takes of that kind. */
            outputs: {
                text?: {
                    max_tokens: number;
                };
                image?: {
                    width: number;
                    height: number;
                    /** @default 67108864 */
                    max_pixels: number;
                };
                audio?: {
                    sample_rate: number;
                    channels: number;
                    samples: number;
                    /** @default 60 */
                    max_seconds: number;
                };
                video?: {
                    width: number;
                    height: number;
                    frames: number;
                    fps: number;
                    /** @default 60 */
                    max_seconds: number;
                };
            };
            /** @description The first is the default. */
            samplers: components["schemas"]["Sampler"][];
            steps: {
                default: number;
                min: number;
                max: number;
            };
            guidance: {
                default: number;
                min: number;
                max: number;
                /** @description Outputs whose default is another one. */
                outputs?: {
                    [key: string]: number;
                };
            };
        };
        ModelList: {
            data: components["schemas"]["Model"][];
        };
        /** @description An API key, and the one time that its secret is told. */
        NewKey: {
            id: string;
            name: string;
            scopes: components["schemas"]["KeyScope"][];
            limits: components["schemas"]["KeyLimits"];
            /**
             * @description Of a visitor without a key.
             * @constant
             */
            guest?: true;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            revoked_at?: string;
            /** @description The secret, `mdl_…`, which is told this once. */
            key: string;
        };
        /** @description A file that was made. */
        Output: {
            type: components["schemas"]["Modality"];
            /**
             * @description `muxed`: the clip and the sound of a sample in one file, an extra where both were asked for.
             * @enum {string}
             */
            role: "primary" | "muxed" | "sidecar";
            /** @description Which of the `samples`, from 0. */
            sample: number;
            sha256: string;
            bytes: number;
            content_type: string;
            /** @description Pixels. */
            width?: number;
            /** @description Pixels. */
            height?: number;
            /** @description Length in seconds. */
            seconds?: number;
            /** @description Frames a second. */
            fps?: number;
            /** @description Hz. */
            sample_rate?: number;
            /** @description The text itself. */
            text?: string;
            /** @description The text has no end: it reached its longest length. */
            truncated?: boolean;
            /** @description Names the file as an asset, such as for a condition of the next generation. */
            asset: string;
            /**
             * Format: uri
             * @description Downloads the file without an API key; holds for an hour from this answer on.
             */
            url: string;
        };
        /** @description One thing to make. A value that the model cannot make is refused as `unsupported_by_bundle`, with a pointer to it. */
        OutputBody: components["schemas"]["TextOutputBody"] | components["schemas"]["ImageOutputBody"] | components["schemas"]["AudioOutputBody"] | components["schemas"]["VideoOutputBody"];
        /** @description A file of an output is stored. */
        OutputEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "output";
            /** @enum {string} */
            output: "text" | "image" | "audio" | "video";
            /** @enum {string} */
            role: "primary" | "muxed" | "sidecar";
            sample: number;
        };
        /** @description A picture of how far it is. It has no id and is never sent again. */
        PreviewEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "preview";
            output: components["schemas"]["Modality"];
            sample: number;
            step: number;
            /** @description `data:image/webp;base64,…`, at most 8 KB of WebP. */
            image: string;
        };
        /** @description Every error, as application/problem+json (RFC 9457). */
        Problem: {
            /** @description `urn:medley:error:<code>`. */
            type: string;
            title: string;
            status: number;
            /** @description What is wrong: the thing, its value, and the way out. */
            detail: string;
            code: components["schemas"]["ErrorCode"];
            /** @description JSON pointer (RFC 6901) to the part of the body, or the field of the query, that is wrong. */
            pointer?: string;
        };
        /** @description A place in the line of its model. */
        QueuePlace: {
            /** @description How many generations are before it. */
            position: number;
            /** @description Estimated wait, from what the workers measure. */
            estimated_seconds: number;
        };
        Readiness: {
            /** @enum {string} */
            phase: "starting" | "ready" | "draining";
            ready: boolean;
            checks: {
                [key: string]: {
                    ok: boolean;
                };
            };
        };
        /** @description What was asked for, with the defaults of the model filled in. */
        RequestedOutput: {
            type: components["schemas"]["Modality"];
            format: string;
            guidance: number;
            max_tokens?: number;
        };
        /** @description How a secret is replaced. */
        RotationBody: {
            /**
             * @description For how long the former secrets sign on beside the new one: at most a week, a day by default.
             * @default 86400
             */
            overlap_seconds?: number;
        };
        /** @enum {string} */
        Sampler: "ddim" | "dpmpp_2m" | "euler" | "flow_euler";
        /** @description Who sends this request, by cookie or by key, and the limits that hold. */
        Session: {
            key: {
                id: string;
                name: string;
                scopes: components["schemas"]["KeyScope"][];
            };
            /** @description A visitor without a key. */
            guest: boolean;
            limits: components["schemas"]["KeyLimits"];
        };
        /** @description Who begins a session; nobody in particular where guests are let in. */
        SessionBody: {
            /** @description The API key, unless it comes as Authorization. */
            key?: string;
        };
        /** @description A link that needs no key. */
        Share: {
            /**
             * Format: uri
             * @description Shows what was made to whoever has it.
             */
            url: string;
            /** Format: date-time */
            expires_at: string;
            /**
             * @description The files hold the settings that made them, prompts included.
             * @constant
             */
            files_carry_settings: true;
        };
        /** @description How long a link lives. */
        ShareBody: {
            /**
             * @description How long the link lives from now on: a minute to a year, a week by default.
             * @default 604800
             */
            expires_seconds?: number;
        };
        /** @description What a shared link shows: nothing of what was sent. */
        SharedGeneration: {
            model: string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When the link ends.
             */
            expires_at: string;
            seed: number;
            steps: number;
            sampler: components["schemas"]["Sampler"];
            outputs: components["schemas"]["SharedOutput"][];
        };
        SharedOutput: {
            type: components["schemas"]["Modality"];
            /**
             * @description `muxed`: the clip and the sound of a sample in one file, an extra where both were asked for.
             * @enum {string}
             */
            role: "primary" | "muxed" | "sidecar";
            /** @description Which of the `samples`, from 0. */
            sample: number;
            sha256: string;
            bytes: number;
            content_type: string;
            /** @description Pixels. */
            width?: number;
            /** @description Pixels. */
            height?: number;
            /** @description Length in seconds. */
            seconds?: number;
            /** @description Frames a second. */
            fps?: number;
            /** @description Hz. */
            sample_rate?: number;
            /** @description The text itself. */
            text?: string;
            /** @description The text has no end: it reached its longest length. */
            truncated?: boolean;
            /** Format: uri */
            url: string;
        };
        /** @description A job of a stage began or ended. */
        StageEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "stage";
            /** @enum {string} */
            stage: "ingest" | "encode" | "diffuse" | "decode" | "assemble" | "notify";
            /** @enum {string} */
            state: "started" | "completed";
            /** @description Which of the jobs of the stage, from 0. */
            role: number;
        };
        /** @description `step` of `steps` steps of denoising are done. */
        StepEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "step";
            step: number;
            steps: number;
            outputs: ("text" | "image" | "audio" | "video")[];
        };
        /** @description A stored file, and where it comes from. */
        StoredAsset: {
            id: string;
            content_type: string;
            bytes: number;
            sha256: string;
            /** Format: date-time */
            created_at: string;
            /** @description What made it; missing for what a client sent. */
            generation?: string;
            /**
             * Format: uri
             * @description Downloads a generated file without an API key, for an hour. What a client sent is never served.
             */
            url?: string;
        };
        /** @description The last event. */
        SucceededEvent: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "succeeded";
        };
        /** @description What it says is to be seen, heard or read in the outputs. */
        TextConditionBody: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "text";
            /** @description Words, at most 2000 characters. */
            text: string;
            /**
             * @description How much it counts beside the other conditions; only the ratios matter. At least one is greater than 0.
             * @default 1
             */
            weight?: number;
        };
        /** @description A text, as UTF-8. */
        TextOutputBody: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "text";
            /**
             * @default txt
             * @enum {string}
             */
            format?: "txt";
            /** @description Longest text, in tokens of the model. */
            max_tokens?: number;
            /** @description How far predictions are pushed towards the conditions (classifier-free guidance). The model's own by default. */
            guidance?: number;
            /** @description Steps of denoising; only where this is the one output. Joint outputs share `steps` of the body. */
            steps?: number;
        };
        /** @description The file that is going to be put. */
        UploadBody: {
            /** @description What the client takes it for. Its bytes are looked at when it is complete, and have to agree. */
            content_type: string;
            /** @description Length of the file; the deployment has a limit (64 MiB by default). */
            bytes: number;
            /** @description sha256 of the file, 64 hex digits. */
            sha256: string;
        };
        /** @description Where the announced file is to be put. `complete` makes it an asset. */
        UploadTicket: {
            id: string;
            upload: {
                /** @constant */
                method: "PUT";
                /** Format: uri */
                url: string;
                /** @description Send them with the file exactly as they are. */
                headers: {
                    [key: string]: string;
                };
                /** Format: date-time */
                expires_at: string;
            };
        };
        /** @description A clip: MP4, WebM or GIF. Exactly one of `asset`, `url` and `data` says which. */
        VideoConditionBody: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "video";
            /** @description The id of an asset of the same API key: an uploaded file, or an output of an earlier generation. */
            asset?: string;
            /**
             * Format: uri
             * @description A public http or https address, which is fetched once, when the generation runs.
             */
            url?: string;
            /** @description The file itself as a `data:` URI in base64, at most 16 MiB of file; upload greater ones. */
            data?: string;
            /**
             * @description How much it counts beside the other conditions; only the ratios matter. At least one is greater than 0.
             * @default 1
             */
            weight?: number;
        };
        /** @description A clip. Asked for beside audio, the two also come as one file. */
        VideoOutputBody: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "video";
            /**
             * @default mp4
             * @enum {string}
             */
            format?: "mp4" | "webm";
            /** @description Pixels. */
            width?: number;
            /** @description Pixels. */
            height?: number;
            /** @description Length in seconds. */
            seconds?: number;
            /** @description Frames a second. */
            fps?: number;
            /** @description How far predictions are pushed towards the conditions (classifier-free guidance). The model's own by default. */
            guidance?: number;
            /** @description Steps of denoising; only where this is the one output. Joint outputs share `steps` of the body. */
            steps?: number;
        };
        /** @description Where to tell what becomes of generations. */
        WebhookBody: {
            /**
             * Format: uri
             * @description A public http or https address. Redirects are not followed.
             */
            url: string;
            /**
             * @description What it is told: ends at least once each, `generation.progress` as it comes. Every end by default.
             * @default [
             *       "generation.succeeded",
             *       "generation.failed",
             *       "generation.canceled"
             *     ]
             */
            events?: components["schemas"]["WebhookEvent"][];
        };
        /** @description What became of telling one webhook the end of one generation. */
        WebhookDelivery: {
            id: string;
            /** @description The `webhook-id` of every try, so that a receiver knows what it had already. */
            webhook_id: string;
            generation: string;
            event: components["schemas"]["WebhookEvent"];
            endpoint?: string;
            /** @description Of the `webhook` of the generation. */
            url?: string;
            /**
             * @description `dead`: it is not tried any more until it is sent again.
             * @enum {string}
             */
            status: "pending" | "delivered" | "dead";
            /** @description The latest 20. */
            attempts: {
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                outcome: "delivered" | "redirected" | "gone" | "limited" | "failed" | "timeout" | "unreachable" | "refused";
                /** @description HTTP status of the receiver. */
                status?: number;
                reason?: string;
                milliseconds: number;
            }[];
            /**
             * Format: date-time
             * @description While it is `pending`.
             */
            next_attempt_at?: string;
            /** @description Why it is dead, where no attempt says so. */
            reason?: string;
            /** Format: date-time */
            created_at: string;
        };
        WebhookDeliveryList: {
            data: components["schemas"]["WebhookDelivery"][];
            /** @description Pass it on as `cursor` for the next page; null on the last one. */
            next_cursor: string | null;
        };
        /** @description Where the generations of a key are told of. */
        WebhookEndpoint: {
            /** @description `default` is the one that signs for the `webhook` of a generation; it has no URL. */
            id: string;
            /** Format: uri */
            url?: string;
            events?: components["schemas"]["WebhookEvent"][];
            /**
             * @description A receiver that answers 410 disables its endpoint.
             * @enum {string}
             */
            status: "enabled" | "disabled";
            /** Format: date-time */
            disabled_at?: string;
            disabled_reason?: string;
            /** @description Those that sign now, the newest first, without the secrets themselves. */
            secrets: {
                /** Format: date-time */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Signs until then.
                 */
                expires_at?: string;
            }[];
            /** Format: date-time */
            created_at: string;
        };
        WebhookEndpointList: {
            data: components["schemas"]["WebhookEndpoint"][];
            /** @description Pass it on as `cursor` for the next page; null on the last one. */
            next_cursor: string | null;
        };
        /** @description An endpoint, and the one time that its secret is told. */
        WebhookEndpointWithSecret: {
            /** @description `default` is the one that signs for the `webhook` of a generation; it has no URL. */
            id: string;
            /** Format: uri */
            url?: string;
            events?: components["schemas"]["WebhookEvent"][];
            /**
             * @description A receiver that answers 410 disables its endpoint.
             * @enum {string}
             */
            status: "enabled" | "disabled";
            /** Format: date-time */
            disabled_at?: string;
            disabled_reason?: string;
            /** @description Those that sign now, the newest first, without the secrets themselves. */
            secrets: {
                /** Format: date-time */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Signs until then.
                 */
                expires_at?: string;
            }[];
            /** Format: date-time */
            created_at: string;
            /** @description `whsec_…`, which is told this once. */
            secret: string;
        };
        /** @enum {string} */
        WebhookEvent: "generation.succeeded" | "generation.failed" | "generation.canceled" | "generation.progress";
        /** @description What a webhook is told. */
        WebhookMessage: {
            type: components["schemas"]["WebhookEvent"];
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["Generation"];
        };
    };
    responses: {
        /** @description `invalid_request`: The request is not valid. */
        InvalidRequest: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:invalid_request",
                 *       "title": "The request is not valid",
                 *       "status": 400,
                 *       "detail": "outputs[0].type is \"hologram\"; Invalid input",
                 *       "code": "invalid_request"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "invalid_request";
                };
            };
        };
        /** @description `unauthorized`: A valid API key is needed. */
        Unauthorized: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:unauthorized",
                 *       "title": "A valid API key is needed",
                 *       "status": 401,
                 *       "detail": "send the header Authorization: Bearer mdl_… with an API key of this service",
                 *       "code": "unauthorized"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "unauthorized";
                };
            };
        };
        /** @description `forbidden`: This key may not do that. */
        Forbidden: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:forbidden",
                 *       "title": "This key may not do that",
                 *       "status": 403,
                 *       "detail": "This key may not do that",
                 *       "code": "forbidden"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "forbidden";
                };
            };
        };
        /** @description `not_found`: Not found. */
        NotFound: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:not_found",
                 *       "title": "Not found",
                 *       "status": 404,
                 *       "detail": "there is no generation \"gen_0000000000000000000000000\"",
                 *       "code": "not_found"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "not_found";
                };
            };
        };
        /** @description `conflict`: Conflict with the current state. */
        Conflict: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:conflict",
                 *       "title": "Conflict with the current state",
                 *       "status": 409,
                 *       "detail": "Conflict with the current state",
                 *       "code": "conflict"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "conflict";
                };
            };
        };
        /** @description `gone`: Deleted. */
        Gone: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:gone",
                 *       "title": "Deleted",
                 *       "status": 410,
                 *       "detail": "Deleted",
                 *       "code": "gone"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "gone";
                };
            };
        };
        /** @description `range_not_satisfiable`: No such range of bytes. */
        RangeNotSatisfiable: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:range_not_satisfiable",
                 *       "title": "No such range of bytes",
                 *       "status": 416,
                 *       "detail": "No such range of bytes",
                 *       "code": "range_not_satisfiable"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "range_not_satisfiable";
                };
            };
        };
        /** @description `payload_too_large`: Too many bytes. */
        PayloadTooLarge: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:payload_too_large",
                 *       "title": "Too many bytes",
                 *       "status": 413,
                 *       "detail": "Too many bytes",
                 *       "code": "payload_too_large"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "payload_too_large";
                };
            };
        };
        /** @description `unsupported_media_type`: Content type not accepted. */
        UnsupportedMediaType: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:unsupported_media_type",
                 *       "title": "Content type not accepted",
                 *       "status": 415,
                 *       "detail": "Content type not accepted",
                 *       "code": "unsupported_media_type"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "unsupported_media_type";
                };
            };
        };
        /** @description `url_refused`: The URL may not be fetched. */
        UrlRefused: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:url_refused",
                 *       "title": "The URL may not be fetched",
                 *       "status": 422,
                 *       "detail": "The URL may not be fetched",
                 *       "code": "url_refused"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "url_refused";
                };
            };
        };
        /** @description `rate_limited`: Too many requests. */
        RateLimited: {
            headers: {
                "retry-after": components["headers"]["retry-after"];
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:rate_limited",
                 *       "title": "Too many requests",
                 *       "status": 429,
                 *       "detail": "this API key may send 1200 requests a minute; try again in 7 s",
                 *       "code": "rate_limited"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "rate_limited";
                };
            };
        };
        /** @description `storage_full`: Storage is full. */
        StorageFull: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:storage_full",
                 *       "title": "Storage is full",
                 *       "status": 507,
                 *       "detail": "Storage is full",
                 *       "code": "storage_full"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "storage_full";
                };
            };
        };
        /** @description `internal`: Internal error. */
        Internal: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:internal",
                 *       "title": "Internal error",
                 *       "status": 500,
                 *       "detail": "Internal error",
                 *       "code": "internal"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "internal";
                };
            };
        };
        /** @description `storage_unavailable`: Storage does not answer. `queue_unavailable`: The queue does not answer. `overloaded`: Too much is held at once. */
        Unavailable: {
            headers: {
                "retry-after": components["headers"]["retry-after"];
                "x-request-id": components["headers"]["x-request-id"];
                "x-trace-id": components["headers"]["x-trace-id"];
                ratelimit: components["headers"]["ratelimit"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:medley:error:storage_unavailable",
                 *       "title": "Storage does not answer",
                 *       "status": 503,
                 *       "detail": "Storage does not answer",
                 *       "code": "storage_unavailable"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "storage_unavailable" | "queue_unavailable" | "overloaded";
                };
            };
        };
        /** @description Any other error is told in the same form. */
        Other: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /**
         * @description Id of a generation.
         * @example gen_01jc8n4w2v6q0x3r5t7y9z1b2d
         */
        GenerationId: string;
        /**
         * @description Place among `outputs`, from 0.
         * @example 0
         */
        OutputIndex: string;
        /**
         * @description Id of an asset.
         * @example ast_01jc8n4w2v6q0x3r5t7y9z1b2d
         */
        AssetId: string;
        /**
         * @description Id of an upload.
         * @example upl_01jc8n4w2v6q0x3r5t7y9z1b2d
         */
        UploadId: string;
        /**
         * @description Name of a model.
         * @example picturebook
         */
        ModelName: string;
        /**
         * @description Id of an endpoint; `default` is the one of the `webhook` of generations.
         * @example whe_01jc8n4w2v6q0x3r5t7y9z1b2d
         */
        EndpointId: string;
        /**
         * @description Id of a delivery.
         * @example whd_01jc8n4w2v6q0x3r5t7y9z1b2d_0
         */
        DeliveryId: string;
        /**
         * @description Id of an API key.
         * @example key_01jc8n4w2v6q0x3r5t7y9z1b2d
         */
        KeyId: string;
        /**
         * @description The last part of a shared link.
         * @example 01jc8n4w2v6q0x3r5t7y9z1b2dJ3kq0pZtVn8yQ2wRLq5sYtUvWxYz0123456789-_AbCdEfGh
         */
        ShareToken: string;
        /** @description Names the request: sent again with the same body it answers the same generation, with another body 422 `idempotency_mismatch`. 1 to 255 visible ASCII characters. Kept as long as the generation is, per API key. */
        IdempotencyKey: string;
        /** @description `wait=N` (RFC 7240): answer when the generation has ended, or after N seconds, at most 25. `wait` alone is 25. */
        Prefer: string;
        /** @description The span that asks (W3C Trace Context): what is done for the generation belongs to its trace, to the webhook, which is sent one too. */
        Traceparent: string;
        /** @description The `id` of the last event seen, such as `1-42`: goes on after it. */
        LastEventId: string;
        /** @description One range of bytes (RFC 9110, section 14), such as `bytes=0-1023`. */
        Range: string;
        /** @description The `ETag` that the range belongs to; of another one all is sent. */
        IfRange: string;
        /** @description The `ETag` of what is there already. */
        IfNoneMatch: string;
        /** @description Of a signed link: until when it holds, in seconds since the epoch. */
        Expires: string;
    };
    requestBodies: never;
    headers: {
        /**
         * @description Names the request in the logs of the service.
         * @example req_01jc8n4w2v6q0x3r5t7y9z1b2d
         */
        "x-request-id": string;
        /**
         * @description The trace of the request, where the service or the client has one.
         * @example 4bf92f3577b34da6a3ce929d0e0e4736
         */
        "x-trace-id": string;
        /**
         * @description What is left of the policy (draft-ietf-httpapi-ratelimit-headers-10): `r` requests, the next one free in `t` seconds. Missing where there is no limit.
         * @example "requests";r=1199;t=1
         */
        ratelimit: string;
        /**
         * @description The policy: `q` requests in `w` seconds.
         * @example "requests";q=1200;w=60
         */
        "ratelimit-policy": string;
        /**
         * @description Seconds after which to ask again.
         * @example 1
         */
        "retry-after": number;
        /**
         * @description Where what was made can be read.
         * @example /v1/assets/ast_01jc8n4w2v6q0x3r5t7y9z1b2d
         */
        location: string;
        /**
         * @description The `Prefer` that was followed.
         * @example wait=10
         */
        "preference-applied": string;
        /**
         * @description The cookie of the session: HttpOnly, SameSite=Strict, and Secure where the service has TLS.
         * @example medley_session=mds_…; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict
         */
        "set-cookie": string;
        /**
         * @description The sha256 of the file, in quotes.
         * @example "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
         */
        etag: string;
        /**
         * @description Ranges of bytes are answered.
         * @example bytes
         */
        "accept-ranges": string;
        /**
         * @description Which bytes of how many.
         * @example bytes 0-1023/146515
         */
        "content-range": string;
    };
    pathItems: never;
}
export type AcceptedCondition = components['schemas']['AcceptedCondition'];
export type AcceptedEvent = components['schemas']['AcceptedEvent'];
export type Asset = components['schemas']['Asset'];
export type AudioConditionBody = components['schemas']['AudioConditionBody'];
export type AudioOutputBody = components['schemas']['AudioOutputBody'];
export type BegunSession = components['schemas']['BegunSession'];
export type CanceledEvent = components['schemas']['CanceledEvent'];
export type ConditionBody = components['schemas']['ConditionBody'];
export type ErrorCode = components['schemas']['ErrorCode'];
export type Estimate = components['schemas']['Estimate'];
export type FailedEvent = components['schemas']['FailedEvent'];
export type FetchingEvent = components['schemas']['FetchingEvent'];
export type Generation = components['schemas']['Generation'];
export type GenerationBody = components['schemas']['GenerationBody'];
export type GenerationEvent = components['schemas']['GenerationEvent'];
export type GenerationFailure = components['schemas']['GenerationFailure'];
export type GenerationList = components['schemas']['GenerationList'];
export type GenerationStatus = components['schemas']['GenerationStatus'];
export type ImageConditionBody = components['schemas']['ImageConditionBody'];
export type ImageOutputBody = components['schemas']['ImageOutputBody'];
export type Key = components['schemas']['Key'];
export type KeyBody = components['schemas']['KeyBody'];
export type KeyLimits = components['schemas']['KeyLimits'];
export type KeyLimitsBody = components['schemas']['KeyLimitsBody'];
export type KeyList = components['schemas']['KeyList'];
export type KeyScope = components['schemas']['KeyScope'];
export type KnownFile = components['schemas']['KnownFile'];
export type Liveness = components['schemas']['Liveness'];
export type Modality = components['schemas']['Modality'];
export type Model = components['schemas']['Model'];
export type ModelList = components['schemas']['ModelList'];
export type NewKey = components['schemas']['NewKey'];
export type Output = components['schemas']['Output'];
export type OutputBody = components['schemas']['OutputBody'];
export type OutputEvent = components['schemas']['OutputEvent'];
export type PreviewEvent = components['schemas']['PreviewEvent'];
export type Problem = components['schemas']['Problem'];
export type QueuePlace = components['schemas']['QueuePlace'];
export type Readiness = components['schemas']['Readiness'];
export type RequestedOutput = components['schemas']['RequestedOutput'];
export type RotationBody = components['schemas']['RotationBody'];
export type Sampler = components['schemas']['Sampler'];
export type Session = components['schemas']['Session'];
export type SessionBody = components['schemas']['SessionBody'];
export type Share = components['schemas']['Share'];
export type ShareBody = components['schemas']['ShareBody'];
export type SharedGeneration = components['schemas']['SharedGeneration'];
export type SharedOutput = components['schemas']['SharedOutput'];
export type StageEvent = components['schemas']['StageEvent'];
export type StepEvent = components['schemas']['StepEvent'];
export type StoredAsset = components['schemas']['StoredAsset'];
export type SucceededEvent = components['schemas']['SucceededEvent'];
export type TextConditionBody = components['schemas']['TextConditionBody'];
export type TextOutputBody = components['schemas']['TextOutputBody'];
export type UploadBody = components['schemas']['UploadBody'];
export type UploadTicket = components['schemas']['UploadTicket'];
export type VideoConditionBody = components['schemas']['VideoConditionBody'];
export type VideoOutputBody = components['schemas']['VideoOutputBody'];
export type WebhookBody = components['schemas']['WebhookBody'];
export type WebhookDelivery = components['schemas']['WebhookDelivery'];
export type WebhookDeliveryList = components['schemas']['WebhookDeliveryList'];
export type WebhookEndpoint = components['schemas']['WebhookEndpoint'];
export type WebhookEndpointList = components['schemas']['WebhookEndpointList'];
export type WebhookEndpointWithSecret = components['schemas']['WebhookEndpointWithSecret'];
export type WebhookEvent = components['schemas']['WebhookEvent'];
export type WebhookMessage = components['schemas']['WebhookMessage'];
export type ResponseInvalidRequest = components['responses']['InvalidRequest'];
export type ResponseUnauthorized = components['responses']['Unauthorized'];
export type ResponseForbidden = components['responses']['Forbidden'];
export type ResponseNotFound = components['responses']['NotFound'];
export type ResponseConflict = components['responses']['Conflict'];
export type ResponseGone = components['responses']['Gone'];
export type ResponseRangeNotSatisfiable = components['responses']['RangeNotSatisfiable'];
export type ResponsePayloadTooLarge = components['responses']['PayloadTooLarge'];
export type ResponseUnsupportedMediaType = components['responses']['UnsupportedMediaType'];
export type ResponseUrlRefused = components['responses']['UrlRefused'];
export type ResponseRateLimited = components['responses']['RateLimited'];
export type ResponseStorageFull = components['responses']['StorageFull'];
export type ResponseInternal = components['responses']['Internal'];
export type ResponseUnavailable = components['responses']['Unavailable'];
export type ResponseOther = components['responses']['Other'];
export type ParameterGenerationId = components['parameters']['GenerationId'];
export type ParameterOutputIndex = components['parameters']['OutputIndex'];
export type ParameterAssetId = components['parameters']['AssetId'];
export type ParameterUploadId = components['parameters']['UploadId'];
export type ParameterModelName = components['parameters']['ModelName'];
export type ParameterEndpointId = components['parameters']['EndpointId'];
export type ParameterDeliveryId = components['parameters']['DeliveryId'];
export type ParameterKeyId = components['parameters']['KeyId'];
export type ParameterShareToken = components['parameters']['ShareToken'];
export type ParameterIdempotencyKey = components['parameters']['IdempotencyKey'];
export type ParameterPrefer = components['parameters']['Prefer'];
export type ParameterTraceparent = components['parameters']['Traceparent'];
export type ParameterLastEventId = components['parameters']['LastEventId'];
export type ParameterRange = components['parameters']['Range'];
export type ParameterIfRange = components['parameters']['IfRange'];
export type ParameterIfNoneMatch = components['parameters']['IfNoneMatch'];
export type ParameterExpires = components['parameters']['Expires'];
export type HeaderXRequestId = components['headers']['x-request-id'];
export type HeaderXTraceId = components['headers']['x-trace-id'];
export type HeaderRatelimit = components['headers']['ratelimit'];
export type HeaderRatelimitPolicy = components['headers']['ratelimit-policy'];
export type HeaderRetryAfter = components['headers']['retry-after'];
export type HeaderLocation = components['headers']['location'];
export type HeaderPreferenceApplied = components['headers']['preference-applied'];
export type HeaderSetCookie = components['headers']['set-cookie'];
export type HeaderEtag = components['headers']['etag'];
export type HeaderAcceptRanges = components['headers']['accept-ranges'];
export type HeaderContentRange = components['headers']['content-range'];
export type $defs = Record<string, never>;
export interface operations {
    listGenerations: {
        parameters: {
            query?: {
                /** @description Generations of one page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Only those. A rare one may fill a page in part only; `next_cursor` tells whether there are more. */
                status?: "queued" | "fetching" | "encoding" | "diffusing" | "decoding" | "succeeded" | "failed" | "canceled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of generations. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GenerationList"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    createGeneration: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names the request: sent again with the same body it answers the same generation, with another body 422 `idempotency_mismatch`. 1 to 255 visible ASCII characters. Kept as long as the generation is, per API key. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description `wait=N` (RFC 7240): answer when the generation has ended, or after N seconds, at most 25. `wait` alone is 25. */
                Prefer?: components["parameters"]["Prefer"];
                /** @description The span that asks (W3C Trace Context): what is done for the generation belongs to its trace, to the webhook, which is sent one too. */
                traceparent?: components["parameters"]["Traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GenerationBody"];
            };
        };
        responses: {
            /** @description It has ended by now. */
            200: {
                headers: {
                    location: components["headers"]["location"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Generation"];
                };
            };
            /** @description Accepted. */
            202: {
                headers: {
                    location: components["headers"]["location"];
                    "retry-after": components["headers"]["retry-after"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Generation"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description `quota_exceeded`: A quota of this key is used up. `forbidden`: This key may not do that. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:medley:error:quota_exceeded",
                     *       "title": "A quota of this key is used up",
                     *       "status": 403,
                     *       "detail": "A quota of this key is used up",
                     *       "code": "quota_exceeded"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "quota_exceeded" | "forbidden";
                    };
                };
            };
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `unsupported_by_bundle`: The model cannot do that. `model_not_found`: No such model. `asset_not_found`: No such asset. `media_type_mismatch`: The file is not what it claims to be. `media_undecodable`: The file cannot be decoded. `media_too_large`: The medium exceeds a limit. `url_refused`: The URL may not be fetched. `idempotency_mismatch`: Idempotency-Key was used with another body. */
            422: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:medley:error:unsupported_by_bundle",
                     *       "title": "The model cannot do that",
                     *       "status": 422,
                     *       "detail": "outputs[1].seconds is 90; bundle picturebook makes audio of seconds 1.024",
                     *       "code": "unsupported_by_bundle"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unsupported_by_bundle" | "model_not_found" | "asset_not_found" | "media_type_mismatch" | "media_undecodable" | "media_too_large" | "url_refused" | "idempotency_mismatch";
                    };
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
            default: components["responses"]["Other"];
        };
    };
    estimateGeneration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GenerationBody"];
            };
        };
        responses: {
            /** @description Seconds of work, and of waiting. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Estimate"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `unsupported_by_bundle`: The model cannot do that. `model_not_found`: No such model. */
            422: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:medley:error:unsupported_by_bundle",
                     *       "title": "The model cannot do that",
                     *       "status": 422,
                     *       "detail": "outputs[1].seconds is 90; bundle picturebook makes audio of seconds 1.024",
                     *       "code": "unsupported_by_bundle"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "unsupported_by_bundle" | "model_not_found";
                    };
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    getGeneration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of a generation.
                 * @example gen_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["GenerationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The generation as it is now. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Generation"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["Gone"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    deleteGeneration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of a generation.
                 * @example gen_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["GenerationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing is left of it. */
            204: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    cancelGeneration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of a generation.
                 * @example gen_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["GenerationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The generation as it ended: canceled, or whatever came first. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Generation"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["Gone"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    followGeneration: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `id` of the last event seen, such as `1-42`: goes on after it. */
                "Last-Event-ID"?: components["parameters"]["LastEventId"];
            };
            path: {
                /**
                 * @description Id of a generation.
                 * @example gen_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["GenerationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. The schema is that of the `data` of one of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["GenerationEvent"] | components["schemas"]["Generation"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["Gone"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    downloadOutput: {
        parameters: {
            query?: {
                /** @description Of a signed link: until when it holds, in seconds since the epoch. */
                expires?: components["parameters"]["Expires"];
            };
            header?: {
                /** @description One range of bytes (RFC 9110, section 14), such as `bytes=0-1023`. */
                Range?: components["parameters"]["Range"];
                /** @description The `ETag` that the range belongs to; of another one all is sent. */
                "If-Range"?: components["parameters"]["IfRange"];
                /** @description The `ETag` of what is there already. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description Id of a generation.
                 * @example gen_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["GenerationId"];
                /**
                 * @description Place among `outputs`, from 0.
                 * @example 0
                 */
                index: components["parameters"]["OutputIndex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file, as an attachment. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "accept-ranges": components["headers"]["accept-ranges"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                    "image/png": unknown;
                    "image/webp": unknown;
                    "audio/wav": unknown;
                    "audio/flac": unknown;
                    "audio/ogg": unknown;
                    "video/mp4": unknown;
                    "video/webm": unknown;
                };
            };
            /** @description The range of bytes that `Range` asks for. */
            206: {
                headers: {
                    etag: components["headers"]["etag"];
                    "accept-ranges": components["headers"]["accept-ranges"];
                    "content-range": components["headers"]["content-range"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                    "image/png": unknown;
                    "image/webp": unknown;
                    "audio/wav": unknown;
                    "audio/flac": unknown;
                    "audio/ogg": unknown;
                    "video/mp4": unknown;
                    "video/webm": unknown;
                };
            };
            /** @description The file is behind `location`, for a moment. */
            302: {
                headers: {
                    location: components["headers"]["location"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `If-None-Match` names this file already. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["Gone"];
            416: components["responses"]["RangeNotSatisfiable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    shareGeneration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of a generation.
                 * @example gen_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["GenerationId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ShareBody"];
            };
        };
        responses: {
            /** @description The link. */
            201: {
                headers: {
                    location: components["headers"]["location"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Share"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    unshareGeneration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of a generation.
                 * @example gen_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["GenerationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no link any more. */
            204: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["Gone"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    getShared: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The last part of a shared link.
                 * @example 01jc8n4w2v6q0x3r5t7y9z1b2dJ3kq0pZtVn8yQ2wRLq5sYtUvWxYz0123456789-_AbCdEfGh
                 */
                token: components["parameters"]["ShareToken"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was made. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedGeneration"];
                };
            };
            404: components["responses"]["NotFound"];
            410: components["responses"]["Gone"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    downloadShared: {
        parameters: {
            query?: never;
            header?: {
                /** @description One range of bytes (RFC 9110, section 14), such as `bytes=0-1023`. */
                Range?: components["parameters"]["Range"];
                /** @description The `ETag` that the range belongs to; of another one all is sent. */
                "If-Range"?: components["parameters"]["IfRange"];
                /** @description The `ETag` of what is there already. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The last part of a shared link.
                 * @example 01jc8n4w2v6q0x3r5t7y9z1b2dJ3kq0pZtVn8yQ2wRLq5sYtUvWxYz0123456789-_AbCdEfGh
                 */
                token: components["parameters"]["ShareToken"];
                /**
                 * @description Place among `outputs`, from 0.
                 * @example 0
                 */
                index: components["parameters"]["OutputIndex"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file, as an attachment. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "accept-ranges": components["headers"]["accept-ranges"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                    "image/png": unknown;
                    "image/webp": unknown;
                    "audio/wav": unknown;
                    "audio/flac": unknown;
                    "audio/ogg": unknown;
                    "video/mp4": unknown;
                    "video/webm": unknown;
                };
            };
            /** @description The range of bytes that `Range` asks for. */
            206: {
                headers: {
                    etag: components["headers"]["etag"];
                    "accept-ranges": components["headers"]["accept-ranges"];
                    "content-range": components["headers"]["content-range"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                    "image/png": unknown;
                    "image/webp": unknown;
                    "audio/wav": unknown;
                    "audio/flac": unknown;
                    "audio/ogg": unknown;
                    "video/mp4": unknown;
                    "video/webm": unknown;
                };
            };
            /** @description `If-None-Match` names this file already. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["NotFound"];
            410: components["responses"]["Gone"];
            416: components["responses"]["RangeNotSatisfiable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    createAsset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /** Format: binary */
                    file: string;
                };
                "image/*": string;
                "audio/*": string;
                "video/*": string;
                "application/ogg": string;
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description The asset. */
            201: {
                headers: {
                    location: components["headers"]["location"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description `quota_exceeded`: A quota of this key is used up. `forbidden`: This key may not do that. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:medley:error:quota_exceeded",
                     *       "title": "A quota of this key is used up",
                     *       "status": 403,
                     *       "detail": "A quota of this key is used up",
                     *       "code": "quota_exceeded"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "quota_exceeded" | "forbidden";
                    };
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `media_type_mismatch`: The file is not what it claims to be. `media_undecodable`: The file cannot be decoded. `media_too_large`: The medium exceeds a limit. */
            422: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:medley:error:media_type_mismatch",
                     *       "title": "The file is not what it claims to be",
                     *       "status": 422,
                     *       "detail": "The file is not what it claims to be",
                     *       "code": "media_type_mismatch"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "media_type_mismatch" | "media_undecodable" | "media_too_large";
                    };
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
            default: components["responses"]["Other"];
        };
    };
    getAsset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of an asset.
                 * @example ast_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["AssetId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The asset. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredAsset"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    deleteAsset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of an asset.
                 * @example ast_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["AssetId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is erased. */
            204: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    downloadAsset: {
        parameters: {
            query?: never;
            header?: {
                /** @description One range of bytes (RFC 9110, section 14), such as `bytes=0-1023`. */
                Range?: components["parameters"]["Range"];
                /** @description The `ETag` that the range belongs to; of another one all is sent. */
                "If-Range"?: components["parameters"]["IfRange"];
                /** @description The `ETag` of what is there already. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description Id of an asset.
                 * @example ast_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["AssetId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file, as an attachment. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "accept-ranges": components["headers"]["accept-ranges"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                    "image/png": unknown;
                    "image/webp": unknown;
                    "audio/wav": unknown;
                    "audio/flac": unknown;
                    "audio/ogg": unknown;
                    "video/mp4": unknown;
                    "video/webm": unknown;
                };
            };
            /** @description The range of bytes that `Range` asks for. */
            206: {
                headers: {
                    etag: components["headers"]["etag"];
                    "accept-ranges": components["headers"]["accept-ranges"];
                    "content-range": components["headers"]["content-range"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                    "image/png": unknown;
                    "image/webp": unknown;
                    "audio/wav": unknown;
                    "audio/flac": unknown;
                    "audio/ogg": unknown;
                    "video/mp4": unknown;
                    "video/webm": unknown;
                };
            };
            /** @description `If-None-Match` names this file already. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["Gone"];
            416: components["responses"]["RangeNotSatisfiable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    beginUpload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadBody"];
            };
        };
        responses: {
            /** @description The key has this file already. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KnownFile"];
                };
            };
            /** @description Where to put the file. */
            201: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadTicket"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    putUpload: {
        parameters: {
            query?: {
                /** @description Of a signed link: until when it holds, in seconds since the epoch. */
                expires?: components["parameters"]["Expires"];
            };
            header?: never;
            path: {
                /**
                 * @description Id of an upload.
                 * @example upl_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["UploadId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "image/*": string;
                "audio/*": string;
                "video/*": string;
                "application/ogg": string;
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description It is there; `complete` it. */
            204: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
            default: components["responses"]["Other"];
        };
    };
    completeUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of an upload.
                 * @example upl_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["UploadId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The asset. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description `quota_exceeded`: A quota of this key is used up. `forbidden`: This key may not do that. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:medley:error:quota_exceeded",
                     *       "title": "A quota of this key is used up",
                     *       "status": 403,
                     *       "detail": "A quota of this key is used up",
                     *       "code": "quota_exceeded"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "quota_exceeded" | "forbidden";
                    };
                };
            };
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            /** @description `media_type_mismatch`: The file is not what it claims to be. `media_undecodable`: The file cannot be decoded. `media_too_large`: The medium exceeds a limit. */
            422: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "urn:medley:error:media_type_mismatch",
                     *       "title": "The file is not what it claims to be",
                     *       "status": 422,
                     *       "detail": "The file is not what it claims to be",
                     *       "code": "media_type_mismatch"
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code?: "media_type_mismatch" | "media_undecodable" | "media_too_large";
                    };
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
            default: components["responses"]["Other"];
        };
    };
    listModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The models. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    getModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Name of a model.
                 * @example picturebook
                 */
                name: components["parameters"]["ModelName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Liveness"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description It cannot, for now. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    listWebhookEndpoints: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoints. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpointList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    createWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookBody"];
            };
        };
        responses: {
            /** @description The endpoint and its secret. */
            201: {
                headers: {
                    location: components["headers"]["location"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UrlRefused"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    getWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of an endpoint; `default` is the one of the `webhook` of generations.
                 * @example whe_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    deleteWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of an endpoint; `default` is the one of the `webhook` of generations.
                 * @example whe_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is told nothing more. */
            204: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of an endpoint; `default` is the one of the `webhook` of generations.
                 * @example whe_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotationBody"];
            };
        };
        responses: {
            /** @description The endpoint and its new secret, which this answer alone holds. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                /** @description Deliveries of one page. */
                limit?: number;
                /** @description `next_cursor` of the page before, of a list of the same `status`. */
                cursor?: string;
                /** @description Only those; `dead` is the dead-letter list. */
                status?: "pending" | "delivered" | "dead";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryList"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    getWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of a delivery.
                 * @example whd_01jc8n4w2v6q0x3r5t7y9z1b2d_0
                 */
                id: components["parameters"]["DeliveryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    redeliverWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of a delivery.
                 * @example whd_01jc8n4w2v6q0x3r5t7y9z1b2d_0
                 */
                id: components["parameters"]["DeliveryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery as it waits for its first try. */
            202: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description Keys of one page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of keys. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyBody"];
            };
        };
        responses: {
            /** @description The key and its secret. */
            201: {
                headers: {
                    location: components["headers"]["location"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKey"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of an API key.
                 * @example key_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["KeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of an API key.
                 * @example key_01jc8n4w2v6q0x3r5t7y9z1b2d
                 */
                id: components["parameters"]["KeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is revoked. */
            204: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whose key it is, and the limits that hold. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    beginSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SessionBody"];
            };
        };
        responses: {
            /** @description Signed in. */
            201: {
                headers: {
                    "set-cookie": components["headers"]["set-cookie"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BegunSession"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    "set-cookie": components["headers"]["set-cookie"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-trace-id": components["headers"]["x-trace-id"];
                    ratelimit: components["headers"]["ratelimit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            default: components["responses"]["Other"];
        };
    };
    onSucceeded: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Names the event; the same in every try.
                 * @example msg_p5jXN8AQM9LWM0D4loKWxJek2aB
                 */
                "webhook-id": string;
                /**
                 * @description When it was sent, in seconds since the epoch.
                 * @example 1795600200
                 */
                "webhook-timestamp": string;
                /**
                 * @description `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several with spaces between while a secret rotates.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "type": "generation.succeeded",
                 *       "timestamp": "2026-11-25T09:30:01.050Z",
                 *       "data": {
                 *         "id": "gen_01jc8n4w2v6q0x3r5t7y9z1b2d",
                 *         "status": "succeeded",
                 *         "model": "picturebook",
                 *         "bundle": {
                 *           "name": "picturebook",
                 *           "digest": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
                 *         },
                 *         "created_at": "2026-11-25T09:30:00.000Z",
                 *         "conditions": [
                 *           {
                 *             "type": "text",
                 *             "weight": 1,
                 *             "text": "a dog on a blue background"
                 *           }
                 *         ],
                 *         "requested": [
                 *           {
                 *             "type": "image",
                 *             "format": "png",
                 *             "guidance": 3
                 *           }
                 *         ],
                 *         "seed": 42,
                 *         "steps": 16,
                 *         "sampler": "flow_euler",
                 *         "samples": 1,
                 *         "determinism": "tolerant",
                 *         "priority": "normal",
                 *         "metadata": {},
                 *         "progress": {
                 *           "stage": "succeeded",
                 *           "step": 16,
                 *           "steps": 16,
                 *           "outputs": [
                 *             "image"
                 *           ]
                 *         },
                 *         "outputs": [
                 *           {
                 *             "type": "image",
                 *             "role": "primary",
                 *             "sample": 0,
                 *             "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                 *             "bytes": 6514,
                 *             "content_type": "image/png",
                 *             "width": 64,
                 *             "height": 64,
                 *             "asset": "ast_01jc8n4w2v6q0x3r5t7y9z1b2d00",
                 *             "url": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d/outputs/0?expires=1795603800&signature=8f2c"
                 *           }
                 *         ],
                 *         "timings": {
                 *           "diffuse_started_seconds": 0.21,
                 *           "diffuse_completed_seconds": 0.92,
                 *           "assemble_completed_seconds": 1.05
                 *         },
                 *         "urls": {
                 *           "get": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d",
                 *           "events": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d/events",
                 *           "cancel": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d/cancel"
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["WebhookMessage"];
            };
        };
        responses: {
            /** @description Send nothing more to this endpoint. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onFailed: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Names the event; the same in every try.
                 * @example msg_p5jXN8AQM9LWM0D4loKWxJek2aB
                 */
                "webhook-id": string;
                /**
                 * @description When it was sent, in seconds since the epoch.
                 * @example 1795600200
                 */
                "webhook-timestamp": string;
                /**
                 * @description `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several with spaces between while a secret rotates.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "type": "generation.failed",
                 *       "timestamp": "2026-11-25T09:30:01.050Z",
                 *       "data": {
                 *         "id": "gen_01jc8n4w2v6q0x3r5t7y9z1b2d",
                 *         "status": "queued",
                 *         "model": "picturebook",
                 *         "bundle": {
                 *           "name": "picturebook",
                 *           "digest": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
                 *         },
                 *         "created_at": "2026-11-25T09:30:00.000Z",
                 *         "conditions": [
                 *           {
                 *             "type": "text",
                 *             "weight": 1,
                 *             "text": "a dog on a blue background"
                 *           }
                 *         ],
                 *         "requested": [
                 *           {
                 *             "type": "image",
                 *             "format": "png",
                 *             "guidance": 3
                 *           }
                 *         ],
                 *         "seed": 42,
                 *         "steps": 16,
                 *         "sampler": "flow_euler",
                 *         "samples": 1,
                 *         "determinism": "tolerant",
                 *         "priority": "normal",
                 *         "metadata": {},
                 *         "progress": {
                 *           "stage": "queued",
                 *           "step": 0,
                 *           "steps": 16,
                 *           "outputs": [
                 *             "image"
                 *           ]
                 *         },
                 *         "queue": {
                 *           "position": 2,
                 *           "estimated_seconds": 1.4
                 *         },
                 *         "outputs": [],
                 *         "timings": {},
                 *         "urls": {
                 *           "get": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d",
                 *           "events": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d/events",
                 *           "cancel": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d/cancel"
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["WebhookMessage"];
            };
        };
        responses: {
            /** @description Send nothing more to this endpoint. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCanceled: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Names the event; the same in every try.
                 * @example msg_p5jXN8AQM9LWM0D4loKWxJek2aB
                 */
                "webhook-id": string;
                /**
                 * @description When it was sent, in seconds since the epoch.
                 * @example 1795600200
                 */
                "webhook-timestamp": string;
                /**
                 * @description `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several with spaces between while a secret rotates.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "type": "generation.canceled",
                 *       "timestamp": "2026-11-25T09:30:01.050Z",
                 *       "data": {
                 *         "id": "gen_01jc8n4w2v6q0x3r5t7y9z1b2d",
                 *         "status": "queued",
                 *         "model": "picturebook",
                 *         "bundle": {
                 *           "name": "picturebook",
                 *           "digest": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
                 *         },
                 *         "created_at": "2026-11-25T09:30:00.000Z",
                 *         "conditions": [
                 *           {
                 *             "type": "text",
                 *             "weight": 1,
                 *             "text": "a dog on a blue background"
                 *           }
                 *         ],
                 *         "requested": [
                 *           {
                 *             "type": "image",
                 *             "format": "png",
                 *             "guidance": 3
                 *           }
                 *         ],
                 *         "seed": 42,
                 *         "steps": 16,
                 *         "sampler": "flow_euler",
                 *         "samples": 1,
                 *         "determinism": "tolerant",
                 *         "priority": "normal",
                 *         "metadata": {},
                 *         "progress": {
                 *           "stage": "queued",
                 *           "step": 0,
                 *           "steps": 16,
                 *           "outputs": [
                 *             "image"
                 *           ]
                 *         },
                 *         "queue": {
                 *           "position": 2,
                 *           "estimated_seconds": 1.4
                 *         },
                 *         "outputs": [],
                 *         "timings": {},
                 *         "urls": {
                 *           "get": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d",
                 *           "events": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d/events",
                 *           "cancel": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d/cancel"
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["WebhookMessage"];
            };
        };
        responses: {
            /** @description Send nothing more to this endpoint. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onProgress: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description Names the event; the same in every try.
                 * @example msg_p5jXN8AQM9LWM0D4loKWxJek2aB
                 */
                "webhook-id": string;
                /**
                 * @description When it was sent, in seconds since the epoch.
                 * @example 1795600200
                 */
                "webhook-timestamp": string;
                /**
                 * @description `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several with spaces between while a secret rotates.
                 * @example v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=
                 */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "type": "generation.progress",
                 *       "timestamp": "2026-11-25T09:30:01.050Z",
                 *       "data": {
                 *         "id": "gen_01jc8n4w2v6q0x3r5t7y9z1b2d",
                 *         "status": "queued",
                 *         "model": "picturebook",
                 *         "bundle": {
                 *           "name": "picturebook",
                 *           "digest": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
                 *         },
                 *         "created_at": "2026-11-25T09:30:00.000Z",
                 *         "conditions": [
                 *           {
                 *             "type": "text",
                 *             "weight": 1,
                 *             "text": "a dog on a blue background"
                 *           }
                 *         ],
                 *         "requested": [
                 *           {
                 *             "type": "image",
                 *             "format": "png",
                 *             "guidance": 3
                 *           }
                 *         ],
                 *         "seed": 42,
                 *         "steps": 16,
                 *         "sampler": "flow_euler",
                 *         "samples": 1,
                 *         "determinism": "tolerant",
                 *         "priority": "normal",
                 *         "metadata": {},
                 *         "progress": {
                 *           "stage": "queued",
                 *           "step": 0,
                 *           "steps": 16,
                 *           "outputs": [
                 *             "image"
                 *           ]
                 *         },
                 *         "queue": {
                 *           "position": 2,
                 *           "estimated_seconds": 1.4
                 *         },
                 *         "outputs": [],
                 *         "timings": {},
                 *         "urls": {
                 *           "get": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d",
                 *           "events": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d/events",
                 *           "cancel": "http://127.0.0.1:8080/v1/generations/gen_01jc8n4w2v6q0x3r5t7y9z1b2d/cancel"
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["WebhookMessage"];
            };
        };
        responses: {
            /** @description Send nothing more to this endpoint. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
