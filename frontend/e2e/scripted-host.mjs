// A stand-in for the gateway host: the built page, the control surface and a SignalR hub, played by the scripted
// gateway. It exists so that the end-to-end tests and the screenshots can run where no gateway does; what counts is
// their run against a real one. It lies where ScriptedPool lies, and /api/data is answered by nobody behind it.
//
//   npm run build && npm run host:scripted        (PORT, default 8021)
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { createServer as createVite } from "vite";
import ws from "ws";

const root = join(import.meta.dirname, "..");
const vite = await createVite({
    root,
    server: { middlewareMode: true, ws: false, watch: null },
    appType: "custom",
    logLevel: "error",
});
const { ScriptedGateway } = await vite.ssrLoadModule("/src/feed/scripted/index.ts");
const gateway = new ScriptedGateway("", Date.now());
setInterval(() => gateway.advanceTo(Date.now()), 50);

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const security =
    "default-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://host");
    const send = (status, body, type = "application/json") => {
        response.writeHead(status, { "content-type": type, "content-security-policy": security });
        response.end(typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    };
    if (url.pathname === "/api/data") return send(200, { backend: gateway.snapshot().pools[0].active });
    if (url.pathname === "/proxy/health") {
        const { gateway: self, pools } = gateway.snapshot();
        return send(200, { status: "serving", gateway: self, pools });
    }
    if (request.method === "POST" && url.pathname.startsWith("/proxy/")) {
        const answer = gateway.command(await commandOf(url, request));
        return answer.accepted
            ? send(202, { sequence: 0, epoch: 0, sentence: answer.sentence })
            : send(409, { detail: answer.sentence });
    }
    const path = normalize(url.pathname === "/" ? "/index.html" : url.pathname);
    try {
        send(200, await readFile(join(root, "dist", path)), types[extname(path)]);
    } catch {
        send(404, { detail: "There is nothing here." });
    }
});

async function commandOf(url, request) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
    const parts = url.pathname.split("/").slice(2).map(decodeURIComponent);
    const query = { pool: "api", backend: "primary", mode: "exit", for: "", ...Object.fromEntries(url.searchParams) };
    if (parts[0] !== "pools") return { ...query, do: parts[0] };
    const command = {
        ...body,
        pool: parts[1],
        do: parts.at(-1),
        ...(parts[2] === "backends" ? { backend: parts[3] } : {}),
    };
    if (command.expectedEpoch === undefined) delete command.expectedEpoch;
    return command;
}

// SignalR's JSON protocol, as much of it as one streaming method needs: a handshake, items, pings; frames end in 0x1e.
const end = "\u001e";
new ws.Server({ server, path: "/proxy/live" }).on("connection", (socket) => {
    const say = (frame) => socket.send(JSON.stringify(frame) + end);
    const pings = setInterval(() => say({ type: 6 }), 5000);
    let session = { close() {} };
    socket.on("close", () => {
        clearInterval(pings);
        session.close();
    });
    socket.on("message", (data) => {
        for (const text of data.toString().split(end).filter(Boolean)) {
            const frame = JSON.parse(text);
            if (frame.protocol) say({});
            if (frame.type !== 4 || frame.target !== "Watch") continue;
            const item = (message) => say({ type: 2, invocationId: frame.invocationId, item: message });
            session = gateway.open(frame.arguments[0], { message: item, ended() {} }, 0);
        }
    });
});

const port = Number(process.env.PORT ?? 8021);
server.listen(port, () => console.log(`scripted gateway at http://localhost:${port}`));
