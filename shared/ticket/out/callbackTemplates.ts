/** The shape of a callback: method, and the body as a JSONata expression over `event`, `message` and `ticketId`. */
export interface CallbackTemplate {
  readonly title: string;
  readonly method: "POST" | "PUT";
  /** Undefined: the event itself, with the sentence for people in `message`. */
  readonly body?: string;
}

/**
 * The shapes that are known for certain. Those of Zendesk and HaloPSA are for agents alone. A comment of Jira is seen
 * by whoever sees the issue; in Jira Service Management that is the customer too.
 * https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
 */
const templates = {
  standard: { title: "Standard Webhooks: the event, and a sentence in message", method: "POST" },
  "zendesk-comment": {
    title: "Internal comment of a Zendesk ticket",
    method: "PUT",
    body: '{ "ticket": { "comment": { "body": message, "public": false } } }',
  },
  "jira-comment": {
    title: "Comment of a Jira issue, in Atlassian's document format",
    method: "POST",
    body: '{ "body": { "type": "doc", "version": 1, "content": [{ "type": "paragraph", "content": [{ "type": "text", "text": message }] }] } }',
  },
  "halopsa-action": {
    title: "Internal note of a HaloPSA ticket",
    method: "POST",
    // An outcome is mandatory; 7 is the built-in internal note. Not documented; as CIPP does it:
    // https://github.com/KelvinTegelaar/CIPP-API/blob/master/Modules/CippExtensions/Public/Halo/New-HaloPSATicket.ps1
    body: '[{ "ticket_id": $number(ticketId), "outcome_id": 7, "note_html": $html(message), "hiddenfromuser": true }]',
  },
} as const satisfies Readonly<Record<string, CallbackTemplate>>;

export type CallbackTemplateName = keyof typeof templates;
export const callbackTemplateNames = [
  "standard",
  "zendesk-comment",
  "jira-comment",
  "halopsa-action",
] as const satisfies readonly CallbackTemplateName[];

export const callbackTemplateOf = (name: CallbackTemplateName): CallbackTemplate => templates[name];
