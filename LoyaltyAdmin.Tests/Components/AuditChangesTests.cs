using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Tests.Components;

public sealed class AuditChangesTests
{
    [Fact]
    public void Only_what_changed_is_listed_down_to_the_value() =>
        AuditChanges.Of("""{"name":"A","rules":{"denominations":[{"faceValue":50},{"faceValue":100}],"posRecharge":false}}""", """{"name":"A","rules":{"denominations":[{"faceValue":50},{"faceValue":200}],"posRecharge":true}}""")
            .ShouldBe([new("Rules › Denominations 2 › Face value", "100", "200"), new("Rules › Pos recharge", "False", "True")]);

    [Fact]
    public void A_new_object_shows_its_values_without_before() =>
        AuditChanges.Of(null, """{"name":"A","termsId":null}""").ShouldBe([new("Name", null, "A")]);

    [Fact]
    public void Text_that_is_not_json_is_shown_as_it_is() =>
        AuditChanges.Of(null, "<b>x</b>").ShouldBe([new("", null, "<b>x</b>")]);
}
