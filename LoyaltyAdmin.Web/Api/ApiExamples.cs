using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace LoyaltyAdmin.Web.Api;

/// <summary>One example of every body, so that a newcomer can copy it.</summary>
internal static class ApiExamples
{
    private static readonly Dictionary<string, (string? Request, string? Answer)> byOperation = new(StringComparer.Ordinal)
    {
        ["listStores"] = (null, """[{"code":"NYC01","name":"Bryant Park","timeZone":"America/New_York","city":"New York"}]"""),
        ["listGiftCardPlans"] = (null, """[{"code":"GC-0001","name":"Classic","currency":"USD","cardType":"ELECTRONIC","denominations":[{"amount":200.00,"price":180.00}],"customAmount":{"minimum":50.00,"maximum":5000.00},"purchaseInformation":{"name":"OPTIONAL","phone":"OPTIONAL","email":"MANDATORY","cardNumber":"HIDDEN"}}]"""),
        ["sellGiftCard"] = ("""{"planCode":"GC-0001","amount":200,"currency":"USD","storeCode":"NYC01","channel":"POS","orderNumber":"R-1001","buyer":{"name":"Ada Byron","phone":"+1 212 555 0100","email":"ada@example.com"}}""", """{"cardNumber":"9600471234567890123","securityCode":"7Q2M9KX4","status":"ACTIVE","balance":200.00,"currency":"USD","paid":180.00,"expiresAt":null,"transactionId":1001}"""),
        ["getGiftCard"] = (null, """{"cardNumber":"**** 0123","status":"ACTIVE","balance":200.00,"currency":"USD","expiresAt":null}"""),
        ["redeemGiftCard"] = ("""{"amount":25.5,"currency":"USD","storeCode":"NYC01","channel":"POS","orderNumber":"R-1002"}""", """{"transactionId":1002,"amount":25.50,"balance":174.50,"currency":"USD"}"""),
        ["rechargeGiftCard"] = ("""{"amount":50,"currency":"USD","storeCode":"NYC01","channel":"POS"}""", """{"transactionId":1003,"amount":50.00,"balance":224.50,"currency":"USD"}"""),
        ["activateGiftCard"] = ("""{"storeCode":"NYC01","channel":"POS"}""", """{"transactionId":1004,"amount":0.00,"balance":100.00,"currency":"USD"}"""),
        ["listMemberCards"] = (null, """[{"cardNumber":"2012345678901234","planCode":"MAIN","plan":"Aurora Rewards","status":"ACTIVE","tier":"Silver","earnedTier":"Silver","tierSince":"2026-03-02","periodEnd":"2027-03-02","validUntil":null,"earningRate":0.1,"nextTier":{"tier":"Gold","basis":"SPEND","reached":600.00,"needed":1000.00,"missing":400.00}}]"""),
        ["issueMemberCard"] = ("""{"planCode":"MAIN","storeCode":"NYC01"}""", """{"cardNumber":"2012345678901234","planCode":"MAIN","plan":"Aurora Rewards","tier":"Member","status":"ACTIVE","validUntil":null}"""),
        ["listMemberGifts"] = (null, """[{"id":812,"source":"Welcome gift","kind":"COUPON","name":"$20 off $100","points":null,"quantity":1,"status":"PENDING","grantedAt":"2026-03-02T15:00:00+00:00","dueAt":"2026-03-02T18:00:00+00:00","deliveredAt":null,"reason":null}]"""),
        ["listMemberCoupons"] = (null, """[{"id":501,"coupon":"CN-0001","name":"$20 off $100","type":"AMOUNT_OFF","status":"ACTIVE","usableFrom":"2026-03-02T15:00:00+00:00","usableUntil":"2026-04-01T15:00:00+00:00","code":"7Q2M9KX4HTB3","description":null,"currency":"USD","amount":20,"percent":null,"freeItems":null,"gift":null,"threshold":100}]"""),
        ["issueMemberCoupon"] = ("""{"coupon":"CN-0001"}""", """[{"id":501,"coupon":"CN-0001","name":"$20 off $100","type":"AMOUNT_OFF","status":"ACTIVE","usableFrom":"2026-03-02T15:00:00+00:00","usableUntil":"2026-04-01T15:00:00+00:00","code":"7Q2M9KX4HTB3","description":null,"currency":"USD","amount":20,"percent":null,"freeItems":null,"gift":null,"threshold":100}]"""),
        ["validateCoupon"] = ("""{"storeCode":"NYC01","channel":"POS","currency":"USD","orderNumber":"R-1002","lines":[{"productCode":"MUG-01","quantity":8,"unitPrice":14.50}]}""", """{"applies":true,"rule":null,"detail":null,"coupon":"CN-0001","name":"$20 off $100","type":"AMOUNT_OFF","discount":20.00,"currency":"USD","lines":[{"productCode":"MUG-01","amount":116.00,"discount":20.00}]}"""),
        ["redeemCoupon"] = ("""{"storeCode":"NYC01","channel":"POS","currency":"USD","orderNumber":"R-1002","lines":[{"productCode":"MUG-01","quantity":8,"unitPrice":14.50}]}""", """{"redemptionId":9001,"coupon":"CN-0001","name":"$20 off $100","type":"AMOUNT_OFF","discount":20.00,"currency":"USD","lines":[{"productCode":"MUG-01","amount":116.00,"discount":20.00}]}"""),
        ["reverseCouponRedemption"] = ("""{"reason":"Order cancelled"}""", """{"redemptionId":9001,"coupon":"CN-0001","name":"$20 off $100","type":"AMOUNT_OFF","discount":20.00,"currency":"USD","lines":[{"productCode":"MUG-01","amount":116.00,"discount":20.00}]}"""),
        ["reverseRedemption"] = ("""{"amount":10}""", """{"transactionId":1005,"amount":10.00,"balance":184.50,"currency":"USD"}"""),
        ["putOrder"] = ("""{"source":"pos","number":"R-20011","kind":"BILL","member":{"phone":"+1 212 555 0100","ifUnknown":"CREATE"},"storeCode":"NYC01","channel":"POS","currency":"USD","placedAt":"2026-03-02T10:15:00-05:00","status":"PAID","total":43.50,"discount":0,"lines":[{"kind":"GOODS","productCode":"MUG-01","categoryCode":"HOME","description":"Mug","quantity":3,"unitPrice":14.50,"discount":0}],"payments":[{"method":"card","amount":43.50,"reference":"tok_8271"}],"changedAt":"2026-03-02T10:15:02-05:00"}""", """{"source":"pos","number":"R-20011","kind":"BILL","memberNumber":"318264950174","storeCode":"NYC01","channel":"POS","salesChannel":null,"currency":"USD","placedAt":"2026-03-02T15:15:00+00:00","paidAt":"2026-03-02T15:15:00+00:00","businessDay":"2026-03-02","status":"PAID","total":43.50,"discount":0.00,"refunded":0.00,"revenue":43.50,"changedAt":"2026-03-02T15:15:02+00:00","lines":[{"kind":"GOODS","productCode":"MUG-01","description":"Mug","quantity":3,"unitPrice":14.50,"discount":0,"total":43.50}],"payments":[{"method":"card","amount":43.50,"reference":"tok_8271"}],"refunds":[]}"""),
        ["putOrders"] = ("""{"orders":[{"source":"pos","number":"R-20011","kind":"BILL","member":{"phone":"+1 212 555 0100","ifUnknown":"CREATE"},"storeCode":"NYC01","channel":"POS","currency":"USD","placedAt":"2026-03-02T10:15:00-05:00","status":"PAID","total":43.50,"discount":0,"lines":[{"kind":"GOODS","productCode":"MUG-01","categoryCode":"HOME","description":"Mug","quantity":3,"unitPrice":14.50,"discount":0}],"payments":[{"method":"card","amount":43.50,"reference":"tok_8271"}],"changedAt":"2026-03-02T10:15:02-05:00"}]}""", """{"outcomes":[{"source":"pos","number":"R-20011","effect":"CREATED"}]}"""),
        ["refundOrder"] = ("""{"number":"RF-1","amount":14.50,"currency":"USD","reason":"Broken","refundedAt":"2026-03-04T09:00:00-05:00"}""", """{"source":"pos","orderNumber":"R-20011","number":"RF-1","amount":14.50,"currency":"USD","status":"RECORDED"}"""),
        ["getOrder"] = (null, """{"source":"pos","number":"R-20011","kind":"BILL","memberNumber":"318264950174","storeCode":"NYC01","channel":"POS","salesChannel":null,"currency":"USD","placedAt":"2026-03-02T15:15:00+00:00","paidAt":"2026-03-02T15:15:00+00:00","businessDay":"2026-03-02","status":"PAID","total":43.50,"discount":0.00,"refunded":0.00,"revenue":43.50,"changedAt":"2026-03-02T15:15:02+00:00","lines":[{"kind":"GOODS","productCode":"MUG-01","description":"Mug","quantity":3,"unitPrice":14.50,"discount":0,"total":43.50}],"payments":[{"method":"card","amount":43.50,"reference":"tok_8271"}],"refunds":[]}"""),
        ["registerMember"] = ("""{"fullName":"Ada Byron","phone":"+1 212 555 0100","email":"ada@example.com","birthDate":"1985-04-23","gender":"FEMALE","homeStore":"NYC01","registeredThrough":"POS","attributes":{"Shoe size":"38"}}""", """{"number":"483920175604","fullName":"Ada Byron","phone":"+12125550100","phoneVerified":false,"email":"ada@example.com","emailVerified":false,"birthDate":"1985-04-23","gender":"FEMALE","language":"en","country":"US","region":"NY","city":"New York","postalCode":"10018","street":"1 Bryant Park","street2":null,"idNumberLastFour":null,"homeStore":"NYC01","registeredOn":"2026-11-22","status":"ACTIVE","attributes":{"Shoe size":"38"},"consents":[{"channel":"EMAIL","purpose":"MARKETING","status":"GRANTED","since":"2026-11-22T15:00:00+00:00"}]}"""),
        ["findMember"] = (null, """{"number":"483920175604","fullName":"Ada Byron","phone":"+12125550100","phoneVerified":false,"email":"ada@example.com","emailVerified":false,"birthDate":"1985-04-23","gender":"FEMALE","language":"en","country":"US","region":"NY","city":"New York","postalCode":"10018","street":"1 Bryant Park","street2":null,"idNumberLastFour":null,"homeStore":"NYC01","registeredOn":"2026-11-22","status":"ACTIVE","attributes":{"Shoe size":"38"},"consents":[{"channel":"EMAIL","purpose":"MARKETING","status":"GRANTED","since":"2026-11-22T15:00:00+00:00"}]}"""),
        ["getMember"] = (null, """{"number":"483920175604","fullName":"Ada Byron","phone":"+12125550100","phoneVerified":false,"email":"ada@example.com","emailVerified":false,"birthDate":"1985-04-23","gender":"FEMALE","language":"en","country":"US","region":"NY","city":"New York","postalCode":"10018","street":"1 Bryant Park","street2":null,"idNumberLastFour":null,"homeStore":"NYC01","registeredOn":"2026-11-22","status":"ACTIVE","attributes":{"Shoe size":"38"},"consents":[{"channel":"EMAIL","purpose":"MARKETING","status":"GRANTED","since":"2026-11-22T15:00:00+00:00"}]}"""),
        ["changeMember"] = ("""{"email":"ada.byron@example.com","street2":null}""", """{"number":"483920175604","fullName":"Ada Byron","phone":"+12125550100","phoneVerified":false,"email":"ada@example.com","emailVerified":false,"birthDate":"1985-04-23","gender":"FEMALE","language":"en","country":"US","region":"NY","city":"New York","postalCode":"10018","street":"1 Bryant Park","street2":null,"idNumberLastFour":null,"homeStore":"NYC01","registeredOn":"2026-11-22","status":"ACTIVE","attributes":{"Shoe size":"38"},"consents":[{"channel":"EMAIL","purpose":"MARKETING","status":"GRANTED","since":"2026-11-22T15:00:00+00:00"}]}"""),
        ["getWallet"] = (null, """[{"currency":"USD","status":"ACTIVE","balance":110.00,"usable":110.00,"held":0.00,"principal":90.00,"bonus":20.00,"lots":[{"kind":"PRINCIPAL","remaining":90.00,"usableFrom":null,"expiresAt":null},{"kind":"BONUS","remaining":20.00,"usableFrom":null,"expiresAt":"2027-03-01T05:00:00+00:00"}]}]"""),
        ["payWithWallet"] = ("""{"amount":25.5,"currency":"USD","storeCode":"NYC01","channel":"POS","orderNumber":"R-20012"}""", """{"transactionId":2001,"amount":25.50,"principal":25.50,"balance":84.50,"currency":"USD"}"""),
        ["refundWalletPayment"] = ("""{"amount":10}""", """{"transactionId":2002,"amount":10.00,"principal":10.00,"balance":94.50,"currency":"USD"}"""),
        ["holdWallet"] = ("""{"amount":40,"currency":"USD","storeCode":"NYC01","channel":"ONLINE","orderNumber":"W-77","minutes":1440}""", """{"holdId":2003,"status":"OPEN","amount":40.00,"captured":0.00,"balance":54.50,"currency":"USD","expiresAt":"2026-03-03T15:15:00+00:00","paymentId":null}"""),
        ["captureWalletHold"] = ("""{"amount":35}""", """{"holdId":2003,"status":"CAPTURED","amount":40.00,"captured":35.00,"balance":59.50,"currency":"USD","expiresAt":"2026-03-03T15:15:00+00:00","paymentId":2005}"""),
        ["releaseWalletHold"] = ("""{"reason":"Order cancelled"}""", """{"holdId":2003,"status":"RELEASED","amount":40.00,"captured":0.00,"balance":94.50,"currency":"USD","expiresAt":"2026-03-03T15:15:00+00:00","paymentId":null}"""),
        ["getPoints"] = (null, """{"balance":311.70,"usable":300.00,"lots":[{"points":120.00,"usableFrom":null,"expiresAt":"2027-01-01T05:00:00+00:00"},{"points":180.00,"usableFrom":null,"expiresAt":null},{"points":11.70,"usableFrom":"2026-12-06T05:00:00+00:00","expiresAt":null}]}"""),
        ["listPointsTransactions"] = (null, """{"transactions":[{"transactionId":2001,"type":"EARNING","points":11.70,"balance":311.70,"at":"2026-11-22T15:00:00+00:00","businessDay":"2026-11-22","storeCode":"NYC01","channel":"POS","orderNumber":"R-20011","reason":null,"reverses":null}],"next":null}"""),
        ["spendPoints"] = ("""{"points":100,"storeCode":"NYC01","channel":"POS","orderNumber":"R-20012"}""", """{"transactionId":2002,"points":100.00,"balance":211.70}"""),
        ["grantPoints"] = ("""{"points":50,"reason":"Lucky draw","storeCode":"NYC01"}""", """{"transactionId":2003,"points":50.00,"balance":261.70}"""),
        ["reverseSpending"] = ("""{"points":40}""", """{"transactionId":2004,"points":40.00,"balance":301.70}"""),
        ["putConsent"] = ("""{"status":"GRANTED","purpose":"MARKETING","source":"POS","textVersion":"2026-06"}""", """{"channel":"EMAIL","purpose":"MARKETING","status":"GRANTED","since":"2026-11-22T15:00:00+00:00"}"""),
        ["createPortalLink"] = ("""{"target":"coupons","validMinutes":1440}""", """{"url":"https://loyalty.example.com/my/l/3q2-7wFh0Zq1o8Xb5nV9cYt4mKe6LrUaPsJdGiTfBhE","target":"coupons","expiresAt":"2026-11-23T15:00:00+00:00"}"""),
        ["listAgreements"] = (null, """[{"id":2,"kind":"TERMS_OF_USE","title":"Terms of use","version":3,"publishedAt":"2026-06-01T15:00:00+00:00","text":"Welcome to our program."}]"""),
        ["recordAcceptance"] = ("""{"agreementId":2,"version":3,"source":"ONLINE","ipAddress":"203.0.113.7"}""", """{"agreementId":2,"title":"Terms of use","version":3,"acceptedAt":"2026-11-22T15:00:00+00:00","source":"ONLINE"}"""),
        ["putPushToken"] = ("""{"token":"fGx0…:APA91b…","kind":"FCM_TOKEN"}""", """{"member":"482910736154","kind":"FCM_TOKEN"}"""),
    };

    private static readonly Dictionary<string, string> problems = new(StringComparer.Ordinal)
    {
        ["400"] = """{"type":"urn:loyalty-admin:error:invalid_input","title":"Bad Request","status":400,"detail":"“amount” is required.","code":"invalid_input","errors":{"amount":["“amount” is required."]}}""",
        ["401"] = """{"type":"urn:loyalty-admin:error:invalid_api_key","title":"Unauthorized","status":401,"detail":"Send a valid API key in the header X-Api-Key.","code":"invalid_api_key"}""",
        ["404"] = """{"type":"urn:loyalty-admin:error:not_found","title":"Not Found","status":404,"detail":"The card was not found.","code":"not_found"}""",
        ["409"] = """{"type":"urn:loyalty-admin:error:insufficient_balance","title":"Conflict","status":409,"detail":"The usable balance of USD 4.50 does not cover the amount.","code":"insufficient_balance","balance":4.50,"currency":"USD"}""",
        ["429"] = """{"type":"urn:loyalty-admin:error:rate_limited","title":"Too Many Requests","status":429,"detail":"Too many requests. Repeat this one after the time in Retry-After.","code":"rate_limited"}""",
    };

    public static void AddTo(OpenApiOperation operation)
    {
        var (request, answer) = byOperation.GetValueOrDefault(operation.OperationId ?? "");
        Set(operation.RequestBody?.Content, request);
        foreach (var (status, response) in operation.Responses ?? [])
        {
            Set(response.Content, status[0] == '2' ? answer : problems.GetValueOrDefault(status));
        }
    }

    private static void Set(IDictionary<string, OpenApiMediaType>? content, string? json)
    {
        if (json is null || content is null)
        {
            return;
        }

        foreach (var media in content.Values)
        {
            media.Example = JsonNode.Parse(json);
        }
    }
}
