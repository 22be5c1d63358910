// Somebody else's Standard Webhooks, in .NET, against license-relay: https://github.com/codefactors/StandardWebhooks
// A line a check: "ok - name" or "not ok - name", "#" with what was found instead, and their number at the end.
using System.Net;
using Microsoft.AspNetCore.Http;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;

static string Setting(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"Set {name}");

var count = 0;
async Task Check(string name, Func<Task<string?>> problem)
{
    count++;
    var found = await problem();
    Console.WriteLine($"{(found is null ? "ok" : "not ok")} - {name}");
    if (found is not null) Console.WriteLine($"# {found}");
}

var secret = Setting("WEBHOOK_SECRET");
var webhook = new StandardWebhook(secret);
var ticket = new { ticket = new { id = "4711", subject = "Add E3 für Zoë" } };
using var http = new HttpClient();

async Task<string?> Answers(HttpStatusCode wanted, HttpContent content)
{
    var answer = await http.PostAsync(Setting("WEBHOOK_URL"), content);
    return answer.StatusCode == wanted ? null : $"wanted {wanted}, was {answer.StatusCode}";
}

HttpContent Signed(StandardWebhook by, DateTimeOffset at) => by.MakeHttpContent(ticket, "msg_dotnet", at);

await Check("what the library signs is taken", () => Answers(HttpStatusCode.OK, Signed(webhook, DateTimeOffset.UtcNow)));

await Check("what it signs with another secret is not", () =>
    Answers(HttpStatusCode.Unauthorized, Signed(new("whsec_bmV2ZXItdXNlLXRoaXMtc2VjcmV0LWFueS1tb3Jl"), DateTimeOffset.UtcNow)));

await Check("what it signed ten minutes ago is not", () =>
    Answers(HttpStatusCode.Unauthorized, Signed(webhook, DateTimeOffset.UtcNow.AddMinutes(-10))));

// What license-relay sends: signed there, verified here
var body = Setting("SIGNED_BODY");
var headers = new HeaderDictionary
{
    ["webhook-id"] = Setting("SIGNED_ID"),
    ["webhook-timestamp"] = Setting("SIGNED_TIMESTAMP"),
    ["webhook-signature"] = Setting("SIGNED_SIGNATURE"),
};

bool IsVerified(string payload)
{
    try
    {
        webhook.Verify(payload, headers);
        return true;
    }
    catch (WebhookVerificationException)
    {
        return false;
    }
}

await Check("the library accepts what license-relay signs", () =>
    Task.FromResult(IsVerified(body) ? null : "it was not accepted"));

await Check("it does not when a byte has changed", () =>
    Task.FromResult(IsVerified(body + " ") ? "it was accepted" : null));

Console.WriteLine($"1..{count}");
