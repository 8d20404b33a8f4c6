CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "MigrationId" TEXT NOT NULL CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY,
    "ProductVersion" TEXT NOT NULL
);

BEGIN TRANSACTION;
CREATE TABLE "Agreements" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Agreements" PRIMARY KEY AUTOINCREMENT,
    "Kind" TEXT NOT NULL,
    "Title" TEXT NOT NULL,
    "CurrentVersion" INTEGER NOT NULL,
    "IsActive" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "ApiClients" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_ApiClients" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "Scopes" TEXT NOT NULL,
    "Stores" TEXT NOT NULL,
    "IsEnabled" INTEGER NOT NULL,
    "RequiresSignature" INTEGER NOT NULL,
    "AllowedAddresses" TEXT NOT NULL,
    "RedemptionsPerSecond" INTEGER NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "Approvals" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Approvals" PRIMARY KEY AUTOINCREMENT,
    "Kind" TEXT NOT NULL,
    "Subject" TEXT NOT NULL,
    "SubjectId" INTEGER NOT NULL,
    "Amount" INTEGER NULL,
    "Currency" TEXT NULL,
    "StoreId" INTEGER NULL,
    "Request" TEXT NOT NULL,
    "Reason" TEXT NOT NULL,
    "RequestedByKey" TEXT NOT NULL,
    "RequestedByName" TEXT NOT NULL,
    "RequestedAt" INTEGER NOT NULL,
    "Status" TEXT NOT NULL,
    "DecidedByKey" TEXT NULL,
    "DecidedByName" TEXT NULL,
    "DecidedAt" INTEGER NULL,
    "DecisionNote" TEXT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "AuditEntries" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_AuditEntries" PRIMARY KEY AUTOINCREMENT,
    "At" INTEGER NOT NULL,
    "ActorKey" TEXT NOT NULL,
    "ActorName" TEXT NOT NULL,
    "IpAddress" TEXT NULL,
    "CorrelationId" TEXT NULL,
    "AuthenticationMethod" TEXT NULL,
    "Action" TEXT NOT NULL,
    "Outcome" TEXT NOT NULL,
    "EntityType" TEXT NULL,
    "EntityId" TEXT NULL,
    "Subject" TEXT NULL,
    "StoreId" INTEGER NULL,
    "Reason" TEXT NULL,
    "Before" TEXT NULL,
    "After" TEXT NULL
);

CREATE TABLE "AuditSeals" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_AuditSeals" PRIMARY KEY,
    "FirstId" INTEGER NOT NULL,
    "Count" INTEGER NOT NULL,
    "Hash" TEXT NOT NULL,
    "SealedAt" INTEGER NOT NULL
);

CREATE TABLE "CompanySettings" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_CompanySettings" PRIMARY KEY,
    "Name" TEXT NOT NULL,
    "TimeZone" TEXT NOT NULL,
    "Currency" TEXT NOT NULL,
    "MinimumGiftCardMonths" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "ExportJobs" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_ExportJobs" PRIMARY KEY AUTOINCREMENT,
    "Kind" TEXT NOT NULL,
    "Filter" TEXT NOT NULL,
    "FilterText" TEXT NOT NULL,
    "WithFullNumbers" INTEGER NOT NULL,
    "OwnerKey" TEXT NOT NULL,
    "OwnerName" TEXT NOT NULL,
    "RequestedAt" INTEGER NOT NULL,
    "Status" TEXT NOT NULL,
    "Rows" INTEGER NOT NULL,
    "TotalRows" INTEGER NOT NULL,
    "FileName" TEXT NULL,
    "FileSize" INTEGER NULL,
    "FileHash" TEXT NULL,
    "FinishedAt" INTEGER NULL,
    "ExpiresAt" INTEGER NULL,
    "Failure" TEXT NULL
);

CREATE TABLE "GiftCardDesigns" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_GiftCardDesigns" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "LibraryKey" TEXT NULL,
    "Image" BLOB NULL,
    "ContentType" TEXT NULL,
    "CreatedAt" INTEGER NOT NULL
);

CREATE TABLE "ImportJobs" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_ImportJobs" PRIMARY KEY AUTOINCREMENT,
    "Kind" TEXT NOT NULL,
    "FileName" TEXT NOT NULL,
    "FileHash" TEXT NOT NULL,
    "FileSize" INTEGER NOT NULL,
    "UploadedByKey" TEXT NOT NULL,
    "UploadedByName" TEXT NOT NULL,
    "UploadedAt" INTEGER NOT NULL,
    "Status" TEXT NOT NULL,
    "Mode" TEXT NOT NULL,
    "TotalRows" INTEGER NOT NULL,
    "ValidRows" INTEGER NOT NULL,
    "ErrorRows" INTEGER NOT NULL,
    "AppliedRows" INTEGER NOT NULL,
    "ValueSummary" TEXT NULL,
    "Value" INTEGER NOT NULL,
    "FinishedAt" INTEGER NULL,
    "Failure" TEXT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "JobLeases" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_JobLeases" PRIMARY KEY,
    "Owner" TEXT NOT NULL,
    "Token" INTEGER NOT NULL,
    "Until" INTEGER NOT NULL
);

CREATE TABLE "JobRuns" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_JobRuns" PRIMARY KEY AUTOINCREMENT,
    "Job" TEXT NOT NULL,
    "StartedAt" INTEGER NOT NULL,
    "FinishedAt" INTEGER NULL,
    "Succeeded" INTEGER NULL,
    "Summary" TEXT NULL
);

CREATE TABLE "LedgerAccounts" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_LedgerAccounts" PRIMARY KEY AUTOINCREMENT,
    "Kind" TEXT NOT NULL,
    "Currency" TEXT NOT NULL,
    "StoreId" INTEGER NOT NULL,
    "Balance" INTEGER NOT NULL,
    "LastSequence" INTEGER NOT NULL,
    "Status" TEXT NOT NULL,
    "UsableUntil" INTEGER NULL,
    CONSTRAINT "CK_LedgerAccounts_Balance" CHECK ("Balance" >= 0)
);

CREATE TABLE "LedgerCaptures" (
    "TransactionId" INTEGER NOT NULL CONSTRAINT "PK_LedgerCaptures" PRIMARY KEY,
    "Remaining" INTEGER NOT NULL,
    CONSTRAINT "CK_LedgerCaptures_Remaining" CHECK ("Remaining" >= 0)
);

CREATE TABLE "LedgerCheckRuns" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_LedgerCheckRuns" PRIMARY KEY AUTOINCREMENT,
    "At" INTEGER NOT NULL,
    "ActorName" TEXT NOT NULL,
    "Transactions" INTEGER NOT NULL,
    "Violations" INTEGER NOT NULL,
    "Findings" TEXT NOT NULL,
    "Milliseconds" INTEGER NOT NULL
);

CREATE TABLE "LedgerEntries" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_LedgerEntries" PRIMARY KEY AUTOINCREMENT,
    "TransactionId" INTEGER NOT NULL,
    "AccountId" INTEGER NOT NULL,
    "Amount" INTEGER NOT NULL,
    CONSTRAINT "CK_LedgerEntries_Amount" CHECK ("Amount" <> 0)
);

CREATE TABLE "LedgerTransactions" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_LedgerTransactions" PRIMARY KEY AUTOINCREMENT,
    "Type" TEXT NOT NULL,
    "AccountKind" TEXT NOT NULL,
    "AccountId" INTEGER NOT NULL,
    "Currency" TEXT NOT NULL,
    "Amount" INTEGER NOT NULL,
    "BalanceAfter" INTEGER NOT NULL,
    "Sequence" INTEGER NULL,
    "Refusal" TEXT NULL,
    "HomeStoreId" INTEGER NOT NULL,
    "StoreId" INTEGER NOT NULL,
    "Channel" TEXT NOT NULL,
    "BusinessDay" TEXT NOT NULL,
    "At" INTEGER NOT NULL,
    "Source" TEXT NOT NULL,
    "IdempotencyKey" TEXT NOT NULL,
    "RequestHash" TEXT NOT NULL,
    "ReversesId" INTEGER NULL,
    "OrderNumber" TEXT NULL,
    "ActorKey" TEXT NOT NULL,
    "ActorName" TEXT NOT NULL,
    "Reason" TEXT NULL,
    "SealedAnswer" BLOB NULL
);

CREATE TABLE "ProtectionKeys" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_ProtectionKeys" PRIMARY KEY AUTOINCREMENT,
    "FriendlyName" TEXT NOT NULL,
    "SealedXml" BLOB NOT NULL
);

CREATE TABLE "Roles" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Roles" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "Permissions" TEXT NOT NULL,
    "RefundLimit" INTEGER NULL,
    "AdjustmentLimit" INTEGER NULL,
    "ImportLimit" INTEGER NULL,
    "RequiresTwoFactor" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "SecurityCounters" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_SecurityCounters" PRIMARY KEY,
    "Failures" INTEGER NOT NULL,
    "TotalFailures" INTEGER NOT NULL,
    "WindowStartedAt" INTEGER NOT NULL,
    "LockedUntil" INTEGER NULL
);

CREATE TABLE "Stores" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Stores" PRIMARY KEY AUTOINCREMENT,
    "Code" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "TimeZone" TEXT NOT NULL,
    "City" TEXT NULL,
    "Address" TEXT NULL,
    "IsOpen" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "AgreementVersions" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_AgreementVersions" PRIMARY KEY AUTOINCREMENT,
    "AgreementId" INTEGER NOT NULL,
    "Number" INTEGER NOT NULL,
    "Body" TEXT NOT NULL,
    "PublishedAt" INTEGER NOT NULL,
    "PublishedBy" TEXT NOT NULL,
    CONSTRAINT "FK_AgreementVersions_Agreements_AgreementId" FOREIGN KEY ("AgreementId") REFERENCES "Agreements" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "ApiKeys" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_ApiKeys" PRIMARY KEY AUTOINCREMENT,
    "ApiClientId" INTEGER NOT NULL,
    "KeyId" TEXT NOT NULL,
    "Hash" BLOB NOT NULL,
    "SigningSecret" BLOB NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "ExpiresAt" INTEGER NULL,
    "RevokedAt" INTEGER NULL,
    "LastUsedAt" INTEGER NULL,
    CONSTRAINT "FK_ApiKeys_ApiClients_ApiClientId" FOREIGN KEY ("ApiClientId") REFERENCES "ApiClients" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "GiftCardPlans" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_GiftCardPlans" PRIMARY KEY AUTOINCREMENT,
    "Code" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "Currency" TEXT NOT NULL,
    "CardType" TEXT NOT NULL,
    "Status" TEXT NOT NULL,
    "DesignId" INTEGER NOT NULL,
    "Rules" TEXT NOT NULL,
    "TermsId" INTEGER NULL,
    "CreatedAt" INTEGER NOT NULL,
    "Version" TEXT NOT NULL,
    CONSTRAINT "FK_GiftCardPlans_GiftCardDesigns_DesignId" FOREIGN KEY ("DesignId") REFERENCES "GiftCardDesigns" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "ImportRows" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_ImportRows" PRIMARY KEY AUTOINCREMENT,
    "ImportId" INTEGER NOT NULL,
    "RowNumber" INTEGER NOT NULL,
    "SealedValues" BLOB NOT NULL,
    "IsValid" INTEGER NOT NULL,
    "ErrorColumn" TEXT NULL,
    "ErrorCode" TEXT NULL,
    "Error" TEXT NULL,
    "CreatedId" INTEGER NULL,
    CONSTRAINT "FK_ImportRows_ImportJobs_ImportId" FOREIGN KEY ("ImportId") REFERENCES "ImportJobs" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "Staff" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Staff" PRIMARY KEY AUTOINCREMENT,
    "DisplayName" TEXT NOT NULL,
    "RoleId" INTEGER NOT NULL,
    "Stores" TEXT NOT NULL,
    "IsEnabled" INTEGER NOT NULL,
    "MustChangePassword" INTEGER NOT NULL,
    "LastSignInAt" INTEGER NULL,
    "CreatedAt" INTEGER NOT NULL,
    "UserName" TEXT NULL,
    "NormalizedUserName" TEXT NULL,
    "Email" TEXT NULL,
    "NormalizedEmail" TEXT NULL,
    "EmailConfirmed" INTEGER NOT NULL,
    "PasswordHash" TEXT NULL,
    "SecurityStamp" TEXT NULL,
    "ConcurrencyStamp" TEXT NULL,
    "PhoneNumber" TEXT NULL,
    "PhoneNumberConfirmed" INTEGER NOT NULL,
    "TwoFactorEnabled" INTEGER NOT NULL,
    "LockoutEnd" INTEGER NULL,
    "LockoutEnabled" INTEGER NOT NULL,
    "AccessFailedCount" INTEGER NOT NULL,
    CONSTRAINT "FK_Staff_Roles_RoleId" FOREIGN KEY ("RoleId") REFERENCES "Roles" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "GiftCardTerms" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_GiftCardTerms" PRIMARY KEY AUTOINCREMENT,
    "PlanId" INTEGER NOT NULL,
    "Number" INTEGER NOT NULL,
    "Rules" TEXT NOT NULL,
    "AgreementVersion" INTEGER NULL,
    "Since" INTEGER NOT NULL,
    CONSTRAINT "FK_GiftCardTerms_GiftCardPlans_PlanId" FOREIGN KEY ("PlanId") REFERENCES "GiftCardPlans" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "StaffClaims" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_StaffClaims" PRIMARY KEY AUTOINCREMENT,
    "UserId" INTEGER NOT NULL,
    "ClaimType" TEXT NULL,
    "ClaimValue" TEXT NULL,
    CONSTRAINT "FK_StaffClaims_Staff_UserId" FOREIGN KEY ("UserId") REFERENCES "Staff" ("Id") ON DELETE CASCADE
);

CREATE TABLE "StaffLogins" (
    "LoginProvider" TEXT NOT NULL,
    "ProviderKey" TEXT NOT NULL,
    "ProviderDisplayName" TEXT NULL,
    "UserId" INTEGER NOT NULL,
    CONSTRAINT "PK_StaffLogins" PRIMARY KEY ("LoginProvider", "ProviderKey"),
    CONSTRAINT "FK_StaffLogins_Staff_UserId" FOREIGN KEY ("UserId") REFERENCES "Staff" ("Id") ON DELETE CASCADE
);

CREATE TABLE "StaffTokens" (
    "UserId" INTEGER NOT NULL,
    "LoginProvider" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "Value" TEXT NULL,
    CONSTRAINT "PK_StaffTokens" PRIMARY KEY ("UserId", "LoginProvider", "Name"),
    CONSTRAINT "FK_StaffTokens_Staff_UserId" FOREIGN KEY ("UserId") REFERENCES "Staff" ("Id") ON DELETE CASCADE
);

CREATE TABLE "GiftCards" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_GiftCards" PRIMARY KEY AUTOINCREMENT,
    "PlanId" INTEGER NOT NULL,
    "TermsId" INTEGER NOT NULL,
    "AccountId" INTEGER NOT NULL,
    "CardType" TEXT NOT NULL,
    "Currency" TEXT NOT NULL,
    "StoreId" INTEGER NOT NULL,
    "Channel" TEXT NOT NULL,
    "NumberHash" BLOB NOT NULL,
    "SealedNumber" BLOB NOT NULL,
    "LastFour" TEXT NOT NULL,
    "CodeHash" BLOB NULL,
    "FaceValue" INTEGER NOT NULL,
    "Paid" INTEGER NOT NULL,
    "BuyerName" TEXT NULL,
    "BuyerPhone" TEXT NULL,
    "BuyerEmail" TEXT NULL,
    "SearchText" TEXT NOT NULL,
    "OrderNumber" TEXT NULL,
    "SoldAt" INTEGER NOT NULL,
    "SoldOn" TEXT NOT NULL,
    "ImportId" INTEGER NULL,
    CONSTRAINT "FK_GiftCards_GiftCardPlans_PlanId" FOREIGN KEY ("PlanId") REFERENCES "GiftCardPlans" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_GiftCards_GiftCardTerms_TermsId" FOREIGN KEY ("TermsId") REFERENCES "GiftCardTerms" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_GiftCards_ImportJobs_ImportId" FOREIGN KEY ("ImportId") REFERENCES "ImportJobs" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_GiftCards_LedgerAccounts_AccountId" FOREIGN KEY ("AccountId") REFERENCES "LedgerAccounts" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_GiftCards_Stores_StoreId" FOREIGN KEY ("StoreId") REFERENCES "Stores" ("Id") ON DELETE RESTRICT
);

CREATE UNIQUE INDEX "IX_AgreementVersions_AgreementId_Number" ON "AgreementVersions" ("AgreementId", "Number");

CREATE UNIQUE INDEX "IX_ApiClients_Name" ON "ApiClients" ("Name");

CREATE INDEX "IX_ApiKeys_ApiClientId" ON "ApiKeys" ("ApiClientId");

CREATE UNIQUE INDEX "IX_ApiKeys_KeyId" ON "ApiKeys" ("KeyId");

CREATE INDEX "IX_Approvals_Kind_SubjectId" ON "Approvals" ("Kind", "SubjectId");

CREATE INDEX "IX_Approvals_Status_Id" ON "Approvals" ("Status", "Id");

CREATE INDEX "IX_AuditEntries_Action_Id" ON "AuditEntries" ("Action", "Id");

CREATE INDEX "IX_AuditEntries_ActorKey_Id" ON "AuditEntries" ("ActorKey", "Id");

CREATE INDEX "IX_AuditEntries_EntityType_EntityId_Id" ON "AuditEntries" ("EntityType", "EntityId", "Id");

CREATE INDEX "IX_ExportJobs_OwnerKey_Id" ON "ExportJobs" ("OwnerKey", "Id");

CREATE INDEX "IX_ExportJobs_Status_Id" ON "ExportJobs" ("Status", "Id");

CREATE UNIQUE INDEX "IX_GiftCardPlans_Code" ON "GiftCardPlans" ("Code");

CREATE INDEX "IX_GiftCardPlans_DesignId" ON "GiftCardPlans" ("DesignId");

CREATE UNIQUE INDEX "IX_GiftCards_AccountId" ON "GiftCards" ("AccountId");

CREATE INDEX "IX_GiftCards_BuyerPhone" ON "GiftCards" ("BuyerPhone");

CREATE INDEX "IX_GiftCards_FaceValue_AccountId" ON "GiftCards" ("FaceValue", "AccountId");

CREATE INDEX "IX_GiftCards_ImportId" ON "GiftCards" ("ImportId");

CREATE INDEX "IX_GiftCards_LastFour" ON "GiftCards" ("LastFour");

CREATE UNIQUE INDEX "IX_GiftCards_NumberHash" ON "GiftCards" ("NumberHash");

CREATE INDEX "IX_GiftCards_PlanId_AccountId" ON "GiftCards" ("PlanId", "AccountId");

CREATE INDEX "IX_GiftCards_SoldOn_AccountId" ON "GiftCards" ("SoldOn", "AccountId");

CREATE INDEX "IX_GiftCards_StoreId_AccountId" ON "GiftCards" ("StoreId", "AccountId");

CREATE INDEX "IX_GiftCards_TermsId" ON "GiftCards" ("TermsId");

CREATE UNIQUE INDEX "IX_GiftCardTerms_PlanId_Number" ON "GiftCardTerms" ("PlanId", "Number");

CREATE INDEX "IX_ImportJobs_FileHash" ON "ImportJobs" ("FileHash");

CREATE INDEX "IX_ImportJobs_Kind_Id" ON "ImportJobs" ("Kind", "Id");

CREATE INDEX "IX_ImportRows_ImportId_IsValid_CreatedId" ON "ImportRows" ("ImportId", "IsValid", "CreatedId");

CREATE UNIQUE INDEX "IX_ImportRows_ImportId_RowNumber" ON "ImportRows" ("ImportId", "RowNumber");

CREATE INDEX "IX_JobRuns_Job_Id" ON "JobRuns" ("Job", "Id");

CREATE INDEX "IX_LedgerAccounts_Status_Id" ON "LedgerAccounts" ("Status", "Id") WHERE "Status" <> 'Open';

CREATE INDEX "IX_LedgerAccounts_UsableUntil_Status" ON "LedgerAccounts" ("UsableUntil", "Status");

CREATE INDEX "IX_LedgerEntries_AccountId" ON "LedgerEntries" ("AccountId");

CREATE INDEX "IX_LedgerEntries_TransactionId" ON "LedgerEntries" ("TransactionId");

CREATE UNIQUE INDEX "IX_LedgerTransactions_AccountId_Sequence" ON "LedgerTransactions" ("AccountId", "Sequence");

CREATE INDEX "IX_LedgerTransactions_BusinessDay_Id" ON "LedgerTransactions" ("BusinessDay", "Id");

CREATE INDEX "IX_LedgerTransactions_ReversesId" ON "LedgerTransactions" ("ReversesId");

CREATE UNIQUE INDEX "IX_LedgerTransactions_Source_IdempotencyKey" ON "LedgerTransactions" ("Source", "IdempotencyKey");

CREATE INDEX "IX_LedgerTransactions_Type_Id" ON "LedgerTransactions" ("Type", "Id") WHERE "Type" <> 'Consumption';

CREATE UNIQUE INDEX "IX_Roles_Name" ON "Roles" ("Name");

CREATE INDEX "IX_Staff_NormalizedEmail" ON "Staff" ("NormalizedEmail");

CREATE UNIQUE INDEX "IX_Staff_NormalizedUserName" ON "Staff" ("NormalizedUserName");

CREATE INDEX "IX_Staff_RoleId" ON "Staff" ("RoleId");

CREATE INDEX "IX_StaffClaims_UserId" ON "StaffClaims" ("UserId");

CREATE INDEX "IX_StaffLogins_UserId" ON "StaffLogins" ("UserId");

CREATE UNIQUE INDEX "IX_Stores_Code" ON "Stores" ("Code");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261122203753_Initial', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
CREATE TRIGGER "LedgerTransactions_NoUPDATE" BEFORE UPDATE ON "LedgerTransactions" BEGIN SELECT RAISE(ABORT, 'LedgerTransactions is append-only'); END;

CREATE TRIGGER "LedgerTransactions_NoDELETE" BEFORE DELETE ON "LedgerTransactions" BEGIN SELECT RAISE(ABORT, 'LedgerTransactions is append-only'); END;

CREATE TRIGGER "LedgerTransactions_NoREPLACE" BEFORE INSERT ON "LedgerTransactions" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "LedgerTransactions" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'LedgerTransactions is append-only'); END;

CREATE TRIGGER "LedgerEntries_NoUPDATE" BEFORE UPDATE ON "LedgerEntries" BEGIN SELECT RAISE(ABORT, 'LedgerEntries is append-only'); END;

CREATE TRIGGER "LedgerEntries_NoDELETE" BEFORE DELETE ON "LedgerEntries" BEGIN SELECT RAISE(ABORT, 'LedgerEntries is append-only'); END;

CREATE TRIGGER "LedgerEntries_NoREPLACE" BEFORE INSERT ON "LedgerEntries" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "LedgerEntries" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'LedgerEntries is append-only'); END;

CREATE TRIGGER "LedgerCheckRuns_NoUPDATE" BEFORE UPDATE ON "LedgerCheckRuns" BEGIN SELECT RAISE(ABORT, 'LedgerCheckRuns is append-only'); END;

CREATE TRIGGER "LedgerCheckRuns_NoDELETE" BEFORE DELETE ON "LedgerCheckRuns" BEGIN SELECT RAISE(ABORT, 'LedgerCheckRuns is append-only'); END;

CREATE TRIGGER "LedgerCheckRuns_NoREPLACE" BEFORE INSERT ON "LedgerCheckRuns" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "LedgerCheckRuns" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'LedgerCheckRuns is append-only'); END;

CREATE TRIGGER "AuditEntries_NoUPDATE" BEFORE UPDATE ON "AuditEntries" BEGIN SELECT RAISE(ABORT, 'AuditEntries is append-only'); END;

CREATE TRIGGER "AuditEntries_NoDELETE" BEFORE DELETE ON "AuditEntries" BEGIN SELECT RAISE(ABORT, 'AuditEntries is append-only'); END;

CREATE TRIGGER "AuditEntries_NoREPLACE" BEFORE INSERT ON "AuditEntries" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "AuditEntries" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'AuditEntries is append-only'); END;

CREATE TRIGGER "AuditSeals_NoUPDATE" BEFORE UPDATE ON "AuditSeals" BEGIN SELECT RAISE(ABORT, 'AuditSeals is append-only'); END;

CREATE TRIGGER "AuditSeals_NoDELETE" BEFORE DELETE ON "AuditSeals" BEGIN SELECT RAISE(ABORT, 'AuditSeals is append-only'); END;

CREATE TRIGGER "AuditSeals_NoREPLACE" BEFORE INSERT ON "AuditSeals" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "AuditSeals" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'AuditSeals is append-only'); END;

CREATE TRIGGER "AgreementVersions_NoUPDATE" BEFORE UPDATE ON "AgreementVersions" BEGIN SELECT RAISE(ABORT, 'AgreementVersions is append-only'); END;

CREATE TRIGGER "AgreementVersions_NoDELETE" BEFORE DELETE ON "AgreementVersions" BEGIN SELECT RAISE(ABORT, 'AgreementVersions is append-only'); END;

CREATE TRIGGER "AgreementVersions_NoREPLACE" BEFORE INSERT ON "AgreementVersions" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "AgreementVersions" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'AgreementVersions is append-only'); END;

CREATE TRIGGER "GiftCardTerms_NoUPDATE" BEFORE UPDATE ON "GiftCardTerms" BEGIN SELECT RAISE(ABORT, 'GiftCardTerms is append-only'); END;

CREATE TRIGGER "GiftCardTerms_NoDELETE" BEFORE DELETE ON "GiftCardTerms" BEGIN SELECT RAISE(ABORT, 'GiftCardTerms is append-only'); END;

CREATE TRIGGER "GiftCardTerms_NoREPLACE" BEFORE INSERT ON "GiftCardTerms" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "GiftCardTerms" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'GiftCardTerms is append-only'); END;

CREATE VIRTUAL TABLE "GiftCardSearch" USING fts5("SearchText", content='GiftCards', content_rowid='Id', tokenize='trigram');

CREATE TRIGGER "GiftCards_SearchInsert" AFTER INSERT ON "GiftCards" BEGIN INSERT INTO "GiftCardSearch"(rowid, "SearchText") VALUES (NEW."Id", NEW."SearchText"); END;

CREATE TRIGGER "GiftCards_SearchDelete" AFTER DELETE ON "GiftCards" BEGIN INSERT INTO "GiftCardSearch"("GiftCardSearch", rowid, "SearchText") VALUES ('delete', OLD."Id", OLD."SearchText"); END;

CREATE TRIGGER "GiftCards_SearchUpdate" AFTER UPDATE OF "SearchText" ON "GiftCards" BEGIN INSERT INTO "GiftCardSearch"("GiftCardSearch", rowid, "SearchText") VALUES ('delete', OLD."Id", OLD."SearchText"); INSERT INTO "GiftCardSearch"(rowid, "SearchText") VALUES (NEW."Id", NEW."SearchText"); END;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261122235900_Guards', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
ALTER TABLE "ImportJobs" ADD "Settings" TEXT NULL;

CREATE TABLE "CardPlans" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_CardPlans" PRIMARY KEY AUTOINCREMENT,
    "Code" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "Description" TEXT NULL,
    "Status" TEXT NOT NULL,
    "Validity" TEXT NOT NULL,
    "Basis" TEXT NOT NULL,
    "PeriodMonths" INTEGER NOT NULL,
    "FallsOneTierOnly" INTEGER NOT NULL,
    "IsIssuedOnRegistration" INTEGER NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "ConsentEvidence" (
    "EventId" INTEGER NOT NULL CONSTRAINT "PK_ConsentEvidence" PRIMARY KEY,
    "MemberId" INTEGER NOT NULL,
    "IpAddress" TEXT NOT NULL
);

CREATE TABLE "MemberMerges" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_MemberMerges" PRIMARY KEY AUTOINCREMENT,
    "FromId" INTEGER NOT NULL,
    "IntoId" INTEGER NOT NULL,
    "Orders" INTEGER NOT NULL,
    "Cards" INTEGER NOT NULL,
    "Reason" TEXT NOT NULL,
    "ActorKey" TEXT NOT NULL,
    "ActorName" TEXT NOT NULL,
    "At" INTEGER NOT NULL
);

CREATE TABLE "Members" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Members" PRIMARY KEY AUTOINCREMENT,
    "Number" TEXT NOT NULL,
    "FullName" TEXT NULL,
    "BirthDate" TEXT NULL,
    "BirthdayKey" INTEGER NULL,
    "BirthDateChanges" INTEGER NOT NULL,
    "Gender" TEXT NULL,
    "Country" TEXT NULL,
    "Region" TEXT NULL,
    "City" TEXT NULL,
    "PostalCode" TEXT NULL,
    "Street" TEXT NULL,
    "Street2" TEXT NULL,
    "SealedIdNumber" BLOB NULL,
    "IdNumberLastFour" TEXT NULL,
    "Email" TEXT NULL,
    "Phone" TEXT NULL,
    "EmailVerifiedAt" INTEGER NULL,
    "PhoneVerifiedAt" INTEGER NULL,
    "Language" TEXT NULL,
    "TimeZone" TEXT NULL,
    "HomeStoreId" INTEGER NULL,
    "RegisteredThrough" TEXT NOT NULL,
    "RegisteredAt" INTEGER NOT NULL,
    "RegisteredOn" TEXT NOT NULL,
    "Status" TEXT NOT NULL,
    "MergedIntoId" INTEGER NULL,
    "ImportId" INTEGER NULL,
    "SearchText" TEXT NOT NULL,
    "Version" TEXT NOT NULL,
    CONSTRAINT "FK_Members_Members_MergedIntoId" FOREIGN KEY ("MergedIntoId") REFERENCES "Members" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_Members_Stores_HomeStoreId" FOREIGN KEY ("HomeStoreId") REFERENCES "Stores" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "ProductCategories" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_ProductCategories" PRIMARY KEY AUTOINCREMENT,
    "Code" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "ParentId" INTEGER NULL,
    "Version" TEXT NOT NULL,
    CONSTRAINT "FK_ProductCategories_ProductCategories_ParentId" FOREIGN KEY ("ParentId") REFERENCES "ProductCategories" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "Segments" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Segments" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "Description" TEXT NULL,
    "Kind" TEXT NOT NULL,
    "Rule" TEXT NULL,
    "Size" INTEGER NULL,
    "CountedAt" INTEGER NULL,
    "CreatedAt" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "StoreGroups" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_StoreGroups" PRIMARY KEY AUTOINCREMENT,
    "Kind" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "Suppressions" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Suppressions" PRIMARY KEY AUTOINCREMENT,
    "Channel" TEXT NOT NULL,
    "AddressHash" BLOB NOT NULL,
    "MaskedAddress" TEXT NOT NULL,
    "Reason" TEXT NOT NULL,
    "Note" TEXT NULL,
    "At" INTEGER NOT NULL,
    "ActorName" TEXT NOT NULL
);

CREATE TABLE "TagChanges" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_TagChanges" PRIMARY KEY AUTOINCREMENT,
    "MemberId" INTEGER NOT NULL,
    "TagId" INTEGER NOT NULL,
    "Source" TEXT NOT NULL,
    "Given" INTEGER NOT NULL,
    "ActorName" TEXT NOT NULL,
    "At" INTEGER NOT NULL
);

CREATE TABLE "Tags" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Tags" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "Description" TEXT NULL,
    "Kind" TEXT NOT NULL,
    "Colour" TEXT NOT NULL,
    "Rule" TEXT NULL,
    "IsBuiltIn" INTEGER NOT NULL,
    "CalculatedAt" INTEGER NULL,
    "CreatedAt" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "WebhookEndpoints" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_WebhookEndpoints" PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "Url" TEXT NOT NULL,
    "Events" TEXT NOT NULL,
    "SealedSecret" BLOB NOT NULL,
    "IsEnabled" INTEGER NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "CardTiers" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_CardTiers" PRIMARY KEY AUTOINCREMENT,
    "PlanId" INTEGER NOT NULL,
    "Rank" INTEGER NOT NULL,
    "Name" TEXT NOT NULL,
    "UpgradeAt" INTEGER NOT NULL,
    "RetainAt" INTEGER NOT NULL,
    "EarningRate" INTEGER NOT NULL,
    "Colour" TEXT NOT NULL,
    CONSTRAINT "FK_CardTiers_CardPlans_PlanId" FOREIGN KEY ("PlanId") REFERENCES "CardPlans" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "ConsentEvents" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_ConsentEvents" PRIMARY KEY AUTOINCREMENT,
    "MemberId" INTEGER NOT NULL,
    "Channel" TEXT NOT NULL,
    "Purpose" TEXT NOT NULL,
    "Status" TEXT NOT NULL,
    "At" INTEGER NOT NULL,
    "RecordedAt" INTEGER NOT NULL,
    "Source" TEXT NOT NULL,
    "TextVersion" TEXT NULL,
    "ActorKey" TEXT NOT NULL,
    "ActorName" TEXT NOT NULL,
    CONSTRAINT "FK_ConsentEvents_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "MemberAttributes" (
    "MemberId" INTEGER NOT NULL,
    "Name" TEXT NOT NULL,
    "Value" TEXT NOT NULL,
    CONSTRAINT "PK_MemberAttributes" PRIMARY KEY ("MemberId", "Name"),
    CONSTRAINT "FK_MemberAttributes_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "MemberConsents" (
    "MemberId" INTEGER NOT NULL,
    "Channel" TEXT NOT NULL,
    "Purpose" TEXT NOT NULL,
    "Status" TEXT NOT NULL,
    "Since" INTEGER NOT NULL,
    CONSTRAINT "PK_MemberConsents" PRIMARY KEY ("MemberId", "Channel", "Purpose"),
    CONSTRAINT "FK_MemberConsents_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "Orders" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Orders" PRIMARY KEY AUTOINCREMENT,
    "Source" TEXT NOT NULL,
    "Number" TEXT NOT NULL,
    "Kind" TEXT NOT NULL,
    "MemberId" INTEGER NULL,
    "StoreId" INTEGER NOT NULL,
    "Channel" TEXT NOT NULL,
    "Currency" TEXT NOT NULL,
    "PlacedAt" INTEGER NOT NULL,
    "PaidAt" INTEGER NULL,
    "BusinessDay" TEXT NOT NULL,
    "Total" INTEGER NOT NULL,
    "Discount" INTEGER NOT NULL,
    "Refunded" INTEGER NOT NULL,
    "Revenue" INTEGER NOT NULL,
    "GroupRevenue" INTEGER NOT NULL,
    "IsPurchase" INTEGER NOT NULL,
    "Status" TEXT NOT NULL,
    "Payments" TEXT NOT NULL,
    "SourceChangedAt" INTEGER NOT NULL,
    "ContentHash" BLOB NOT NULL,
    "RecordedAt" INTEGER NOT NULL,
    "ImportId" INTEGER NULL,
    CONSTRAINT "FK_Orders_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_Orders_Stores_StoreId" FOREIGN KEY ("StoreId") REFERENCES "Stores" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "PurchaseMonths" (
    "MemberId" INTEGER NOT NULL,
    "Month" INTEGER NOT NULL,
    "OrderCount" INTEGER NOT NULL,
    "Revenue" INTEGER NOT NULL,
    "PosRevenue" INTEGER NOT NULL,
    CONSTRAINT "PK_PurchaseMonths" PRIMARY KEY ("MemberId", "Month"),
    CONSTRAINT "FK_PurchaseMonths_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "PurchaseSummaries" (
    "MemberId" INTEGER NOT NULL CONSTRAINT "PK_PurchaseSummaries" PRIMARY KEY,
    "OrderCount" INTEGER NOT NULL,
    "PurchaseDays" INTEGER NOT NULL,
    "FirstOn" TEXT NULL,
    "LastOn" TEXT NULL,
    "LastPosOn" TEXT NULL,
    "LastOnlineOn" TEXT NULL,
    "Revenue" INTEGER NOT NULL,
    "PosRevenue" INTEGER NOT NULL,
    "OnlineRevenue" INTEGER NOT NULL,
    "ExpectedOn" TEXT NULL,
    CONSTRAINT "FK_PurchaseSummaries_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "Products" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Products" PRIMARY KEY AUTOINCREMENT,
    "Code" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "CategoryId" INTEGER NULL,
    "Price" INTEGER NULL,
    "IsActive" INTEGER NOT NULL,
    "Version" TEXT NOT NULL,
    CONSTRAINT "FK_Products_ProductCategories_CategoryId" FOREIGN KEY ("CategoryId") REFERENCES "ProductCategories" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "SegmentMembers" (
    "SegmentId" INTEGER NOT NULL,
    "MemberId" INTEGER NOT NULL,
    "Since" INTEGER NOT NULL,
    CONSTRAINT "PK_SegmentMembers" PRIMARY KEY ("SegmentId", "MemberId"),
    CONSTRAINT "FK_SegmentMembers_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_SegmentMembers_Segments_SegmentId" FOREIGN KEY ("SegmentId") REFERENCES "Segments" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "SegmentSnapshots" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_SegmentSnapshots" PRIMARY KEY AUTOINCREMENT,
    "SegmentId" INTEGER NOT NULL,
    "At" INTEGER NOT NULL,
    "Size" INTEGER NOT NULL,
    "Entered" INTEGER NOT NULL,
    "Left" INTEGER NOT NULL,
    CONSTRAINT "FK_SegmentSnapshots_Segments_SegmentId" FOREIGN KEY ("SegmentId") REFERENCES "Segments" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "StoreGroupMembers" (
    "GroupId" INTEGER NOT NULL,
    "StoreId" INTEGER NOT NULL,
    CONSTRAINT "PK_StoreGroupMembers" PRIMARY KEY ("GroupId", "StoreId"),
    CONSTRAINT "FK_StoreGroupMembers_StoreGroups_GroupId" FOREIGN KEY ("GroupId") REFERENCES "StoreGroups" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_StoreGroupMembers_Stores_StoreId" FOREIGN KEY ("StoreId") REFERENCES "Stores" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "MemberTags" (
    "MemberId" INTEGER NOT NULL,
    "TagId" INTEGER NOT NULL,
    "Source" TEXT NOT NULL,
    "Since" INTEGER NOT NULL,
    "ActorName" TEXT NOT NULL,
    "Reason" TEXT NULL,
    CONSTRAINT "PK_MemberTags" PRIMARY KEY ("MemberId", "TagId", "Source"),
    CONSTRAINT "FK_MemberTags_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_MemberTags_Tags_TagId" FOREIGN KEY ("TagId") REFERENCES "Tags" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "WebhookDeliveries" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_WebhookDeliveries" PRIMARY KEY AUTOINCREMENT,
    "EndpointId" INTEGER NOT NULL,
    "EventId" TEXT NOT NULL,
    "Type" TEXT NOT NULL,
    "Body" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "Status" TEXT NOT NULL,
    "Attempts" INTEGER NOT NULL,
    "DueAt" INTEGER NOT NULL,
    "ResponseStatus" INTEGER NULL,
    "Error" TEXT NULL,
    "DeliveredAt" INTEGER NULL,
    CONSTRAINT "FK_WebhookDeliveries_WebhookEndpoints_EndpointId" FOREIGN KEY ("EndpointId") REFERENCES "WebhookEndpoints" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "LoyaltyCards" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_LoyaltyCards" PRIMARY KEY AUTOINCREMENT,
    "MemberId" INTEGER NOT NULL,
    "PlanId" INTEGER NOT NULL,
    "Number" TEXT NOT NULL,
    "TierId" INTEGER NOT NULL,
    "EarnedTierId" INTEGER NOT NULL,
    "TierSince" TEXT NOT NULL,
    "PeriodStart" TEXT NOT NULL,
    "PeriodEnd" TEXT NOT NULL,
    "Status" TEXT NOT NULL,
    "IssuedAt" INTEGER NOT NULL,
    "IssuedOn" TEXT NOT NULL,
    "IssuedStoreId" INTEGER NULL,
    "ValidUntil" INTEGER NULL,
    "Version" TEXT NOT NULL,
    CONSTRAINT "FK_LoyaltyCards_CardPlans_PlanId" FOREIGN KEY ("PlanId") REFERENCES "CardPlans" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_LoyaltyCards_CardTiers_EarnedTierId" FOREIGN KEY ("EarnedTierId") REFERENCES "CardTiers" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_LoyaltyCards_CardTiers_TierId" FOREIGN KEY ("TierId") REFERENCES "CardTiers" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_LoyaltyCards_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "OrderRefunds" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_OrderRefunds" PRIMARY KEY AUTOINCREMENT,
    "Source" TEXT NOT NULL,
    "OrderNumber" TEXT NOT NULL,
    "Number" TEXT NOT NULL,
    "OrderId" INTEGER NULL,
    "Amount" INTEGER NOT NULL,
    "GoodsAmount" INTEGER NOT NULL,
    "Reason" TEXT NULL,
    "RefundedAt" INTEGER NOT NULL,
    "RecordedAt" INTEGER NOT NULL,
    "ContentHash" BLOB NOT NULL,
    CONSTRAINT "FK_OrderRefunds_Orders_OrderId" FOREIGN KEY ("OrderId") REFERENCES "Orders" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "OrderLines" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_OrderLines" PRIMARY KEY AUTOINCREMENT,
    "OrderId" INTEGER NOT NULL,
    "Position" INTEGER NOT NULL,
    "Kind" TEXT NOT NULL,
    "ProductId" INTEGER NULL,
    "Description" TEXT NOT NULL,
    "Quantity" INTEGER NOT NULL,
    "UnitPrice" INTEGER NOT NULL,
    "Discount" INTEGER NOT NULL,
    "Total" INTEGER NOT NULL,
    CONSTRAINT "FK_OrderLines_Orders_OrderId" FOREIGN KEY ("OrderId") REFERENCES "Orders" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_OrderLines_Products_ProductId" FOREIGN KEY ("ProductId") REFERENCES "Products" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "SegmentChanges" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_SegmentChanges" PRIMARY KEY AUTOINCREMENT,
    "SegmentId" INTEGER NOT NULL,
    "SnapshotId" INTEGER NOT NULL,
    "MemberId" INTEGER NOT NULL,
    "Entered" INTEGER NOT NULL,
    CONSTRAINT "FK_SegmentChanges_SegmentSnapshots_SnapshotId" FOREIGN KEY ("SnapshotId") REFERENCES "SegmentSnapshots" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "TierChanges" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_TierChanges" PRIMARY KEY AUTOINCREMENT,
    "CardId" INTEGER NOT NULL,
    "MemberId" INTEGER NOT NULL,
    "FromTierId" INTEGER NULL,
    "ToTierId" INTEGER NOT NULL,
    "Reason" TEXT NOT NULL,
    "Detail" TEXT NULL,
    "ActorName" TEXT NOT NULL,
    "At" INTEGER NOT NULL,
    CONSTRAINT "FK_TierChanges_LoyaltyCards_CardId" FOREIGN KEY ("CardId") REFERENCES "LoyaltyCards" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "TierGrants" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_TierGrants" PRIMARY KEY AUTOINCREMENT,
    "CardId" INTEGER NOT NULL,
    "TierId" INTEGER NOT NULL,
    "From" INTEGER NOT NULL,
    "Until" INTEGER NOT NULL,
    "Source" TEXT NOT NULL,
    "SourceKey" TEXT NOT NULL,
    "Reason" TEXT NULL,
    "EndedAt" INTEGER NULL,
    CONSTRAINT "FK_TierGrants_CardTiers_TierId" FOREIGN KEY ("TierId") REFERENCES "CardTiers" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_TierGrants_LoyaltyCards_CardId" FOREIGN KEY ("CardId") REFERENCES "LoyaltyCards" ("Id") ON DELETE RESTRICT
);

CREATE UNIQUE INDEX "IX_CardPlans_Code" ON "CardPlans" ("Code");

CREATE UNIQUE INDEX "IX_CardTiers_PlanId_Name" ON "CardTiers" ("PlanId", "Name");

CREATE INDEX "IX_CardTiers_PlanId_Rank" ON "CardTiers" ("PlanId", "Rank");

CREATE INDEX "IX_ConsentEvents_MemberId_Id" ON "ConsentEvents" ("MemberId", "Id");

CREATE INDEX "IX_ConsentEvidence_MemberId" ON "ConsentEvidence" ("MemberId");

CREATE INDEX "IX_LoyaltyCards_EarnedTierId" ON "LoyaltyCards" ("EarnedTierId");

CREATE UNIQUE INDEX "IX_LoyaltyCards_MemberId_PlanId" ON "LoyaltyCards" ("MemberId", "PlanId");

CREATE UNIQUE INDEX "IX_LoyaltyCards_Number" ON "LoyaltyCards" ("Number");

CREATE INDEX "IX_LoyaltyCards_PlanId_MemberId" ON "LoyaltyCards" ("PlanId", "MemberId");

CREATE INDEX "IX_LoyaltyCards_PlanId_PeriodEnd" ON "LoyaltyCards" ("PlanId", "PeriodEnd");

CREATE INDEX "IX_LoyaltyCards_TierId_MemberId" ON "LoyaltyCards" ("TierId", "MemberId");

CREATE INDEX "IX_LoyaltyCards_ValidUntil" ON "LoyaltyCards" ("ValidUntil");

CREATE INDEX "IX_MemberAttributes_Name_Value_MemberId" ON "MemberAttributes" ("Name", "Value", "MemberId");

CREATE INDEX "IX_MemberConsents_Channel_Purpose_Status_MemberId" ON "MemberConsents" ("Channel", "Purpose", "Status", "MemberId");

CREATE INDEX "IX_MemberMerges_FromId" ON "MemberMerges" ("FromId");

CREATE INDEX "IX_MemberMerges_IntoId" ON "MemberMerges" ("IntoId");

CREATE INDEX "IX_Members_BirthdayKey_Id" ON "Members" ("BirthdayKey", "Id");

CREATE UNIQUE INDEX "IX_Members_Email" ON "Members" ("Email");

CREATE INDEX "IX_Members_HomeStoreId_Id" ON "Members" ("HomeStoreId", "Id");

CREATE INDEX "IX_Members_ImportId" ON "Members" ("ImportId");

CREATE INDEX "IX_Members_MergedIntoId" ON "Members" ("MergedIntoId");

CREATE UNIQUE INDEX "IX_Members_Number" ON "Members" ("Number");

CREATE UNIQUE INDEX "IX_Members_Phone" ON "Members" ("Phone");

CREATE INDEX "IX_Members_RegisteredOn_Id" ON "Members" ("RegisteredOn", "Id");

CREATE INDEX "IX_Members_Status_Id" ON "Members" ("Status", "Id");

CREATE INDEX "IX_MemberTags_TagId_MemberId" ON "MemberTags" ("TagId", "MemberId");

CREATE UNIQUE INDEX "IX_OrderLines_OrderId_Position" ON "OrderLines" ("OrderId", "Position");

CREATE INDEX "IX_OrderLines_ProductId" ON "OrderLines" ("ProductId");

CREATE INDEX "IX_OrderRefunds_OrderId" ON "OrderRefunds" ("OrderId");

CREATE UNIQUE INDEX "IX_OrderRefunds_Source_OrderNumber_Number" ON "OrderRefunds" ("Source", "OrderNumber", "Number");

CREATE INDEX "IX_Orders_BusinessDay_Id" ON "Orders" ("BusinessDay", "Id");

CREATE INDEX "IX_Orders_ImportId" ON "Orders" ("ImportId");

CREATE INDEX "IX_Orders_MemberId_BusinessDay" ON "Orders" ("MemberId", "BusinessDay");

CREATE INDEX "IX_Orders_Number" ON "Orders" ("Number");

CREATE UNIQUE INDEX "IX_Orders_Source_Number" ON "Orders" ("Source", "Number");

CREATE INDEX "IX_Orders_StoreId_Id" ON "Orders" ("StoreId", "Id");

CREATE UNIQUE INDEX "IX_ProductCategories_Code" ON "ProductCategories" ("Code");

CREATE INDEX "IX_ProductCategories_ParentId" ON "ProductCategories" ("ParentId");

CREATE INDEX "IX_Products_CategoryId" ON "Products" ("CategoryId");

CREATE UNIQUE INDEX "IX_Products_Code" ON "Products" ("Code");

CREATE INDEX "IX_PurchaseMonths_Month_MemberId" ON "PurchaseMonths" ("Month", "MemberId");

CREATE INDEX "IX_PurchaseSummaries_ExpectedOn_MemberId" ON "PurchaseSummaries" ("ExpectedOn", "MemberId");

CREATE INDEX "IX_PurchaseSummaries_LastOn_MemberId" ON "PurchaseSummaries" ("LastOn", "MemberId");

CREATE INDEX "IX_PurchaseSummaries_LastPosOn_MemberId" ON "PurchaseSummaries" ("LastPosOn", "MemberId");

CREATE INDEX "IX_PurchaseSummaries_Revenue_MemberId" ON "PurchaseSummaries" ("Revenue", "MemberId");

CREATE INDEX "IX_SegmentChanges_MemberId_Id" ON "SegmentChanges" ("MemberId", "Id");

CREATE INDEX "IX_SegmentChanges_SnapshotId_Id" ON "SegmentChanges" ("SnapshotId", "Id");

CREATE INDEX "IX_SegmentMembers_MemberId" ON "SegmentMembers" ("MemberId");

CREATE UNIQUE INDEX "IX_Segments_Name" ON "Segments" ("Name");

CREATE INDEX "IX_SegmentSnapshots_SegmentId_Id" ON "SegmentSnapshots" ("SegmentId", "Id");

CREATE INDEX "IX_StoreGroupMembers_StoreId" ON "StoreGroupMembers" ("StoreId");

CREATE UNIQUE INDEX "IX_StoreGroups_Kind_Name" ON "StoreGroups" ("Kind", "Name");

CREATE UNIQUE INDEX "IX_Suppressions_Channel_AddressHash" ON "Suppressions" ("Channel", "AddressHash");

CREATE INDEX "IX_TagChanges_MemberId_Id" ON "TagChanges" ("MemberId", "Id");

CREATE INDEX "IX_TagChanges_TagId_Id" ON "TagChanges" ("TagId", "Id");

CREATE UNIQUE INDEX "IX_Tags_Name" ON "Tags" ("Name");

CREATE INDEX "IX_TierChanges_At" ON "TierChanges" ("At");

CREATE INDEX "IX_TierChanges_CardId_Id" ON "TierChanges" ("CardId", "Id");

CREATE INDEX "IX_TierChanges_MemberId_Id" ON "TierChanges" ("MemberId", "Id");

CREATE INDEX "IX_TierGrants_CardId_Until" ON "TierGrants" ("CardId", "Until");

CREATE INDEX "IX_TierGrants_EndedAt_Until" ON "TierGrants" ("EndedAt", "Until");

CREATE UNIQUE INDEX "IX_TierGrants_Source_SourceKey" ON "TierGrants" ("Source", "SourceKey");

CREATE INDEX "IX_TierGrants_TierId" ON "TierGrants" ("TierId");

CREATE INDEX "IX_WebhookDeliveries_EndpointId_Id" ON "WebhookDeliveries" ("EndpointId", "Id");

CREATE INDEX "IX_WebhookDeliveries_Status_DueAt" ON "WebhookDeliveries" ("Status", "DueAt");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261122235901_Members', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
CREATE TRIGGER "MemberMerges_NoUPDATE" BEFORE UPDATE ON "MemberMerges" BEGIN SELECT RAISE(ABORT, 'MemberMerges is append-only'); END;

CREATE TRIGGER "MemberMerges_NoDELETE" BEFORE DELETE ON "MemberMerges" BEGIN SELECT RAISE(ABORT, 'MemberMerges is append-only'); END;

CREATE TRIGGER "MemberMerges_NoREPLACE" BEFORE INSERT ON "MemberMerges" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "MemberMerges" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'MemberMerges is append-only'); END;

CREATE TRIGGER "ConsentEvents_NoUPDATE" BEFORE UPDATE ON "ConsentEvents" BEGIN SELECT RAISE(ABORT, 'ConsentEvents is append-only'); END;

CREATE TRIGGER "ConsentEvents_NoDELETE" BEFORE DELETE ON "ConsentEvents" BEGIN SELECT RAISE(ABORT, 'ConsentEvents is append-only'); END;

CREATE TRIGGER "ConsentEvents_NoREPLACE" BEFORE INSERT ON "ConsentEvents" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "ConsentEvents" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'ConsentEvents is append-only'); END;

CREATE TRIGGER "TierChanges_NoUPDATE" BEFORE UPDATE ON "TierChanges" BEGIN SELECT RAISE(ABORT, 'TierChanges is append-only'); END;

CREATE TRIGGER "TierChanges_NoDELETE" BEFORE DELETE ON "TierChanges" BEGIN SELECT RAISE(ABORT, 'TierChanges is append-only'); END;

CREATE TRIGGER "TierChanges_NoREPLACE" BEFORE INSERT ON "TierChanges" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "TierChanges" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'TierChanges is append-only'); END;

CREATE TRIGGER "TagChanges_NoUPDATE" BEFORE UPDATE ON "TagChanges" BEGIN SELECT RAISE(ABORT, 'TagChanges is append-only'); END;

CREATE TRIGGER "TagChanges_NoDELETE" BEFORE DELETE ON "TagChanges" BEGIN SELECT RAISE(ABORT, 'TagChanges is append-only'); END;

CREATE TRIGGER "TagChanges_NoREPLACE" BEFORE INSERT ON "TagChanges" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "TagChanges" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'TagChanges is append-only'); END;

CREATE VIRTUAL TABLE "MemberSearch" USING fts5("SearchText", content='Members', content_rowid='Id', tokenize='trigram');

CREATE TRIGGER "Members_SearchInsert" AFTER INSERT ON "Members" BEGIN INSERT INTO "MemberSearch"(rowid, "SearchText") VALUES (NEW."Id", NEW."SearchText"); END;

CREATE TRIGGER "Members_SearchDelete" AFTER DELETE ON "Members" BEGIN INSERT INTO "MemberSearch"("MemberSearch", rowid, "SearchText") VALUES ('delete', OLD."Id", OLD."SearchText"); END;

CREATE TRIGGER "Members_SearchUpdate" AFTER UPDATE OF "SearchText" ON "Members" BEGIN INSERT INTO "MemberSearch"("MemberSearch", rowid, "SearchText") VALUES ('delete', OLD."Id", OLD."SearchText"); INSERT INTO "MemberSearch"(rowid, "SearchText") VALUES (NEW."Id", NEW."SearchText"); END;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261122235902_MemberGuards', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
CREATE TABLE "MessageChannelHealth" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_MessageChannelHealth" PRIMARY KEY,
    "LastSuccessAt" INTEGER NULL,
    "LastFailureAt" INTEGER NULL,
    "LastFailure" TEXT NULL
);

CREATE TABLE "MessageChannels" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_MessageChannels" PRIMARY KEY,
    "UsesSandbox" INTEGER NOT NULL,
    "Options" TEXT NOT NULL,
    "SealedSecret" BLOB NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "Messages" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Messages" PRIMARY KEY AUTOINCREMENT,
    "MessageId" TEXT NOT NULL,
    "ReasonKey" TEXT NOT NULL,
    "Scenario" TEXT NOT NULL,
    "MemberId" INTEGER NOT NULL,
    "IsTransactional" INTEGER NOT NULL,
    "Purpose" TEXT NOT NULL,
    "Variables" TEXT NOT NULL,
    "SealedVariables" BLOB NULL,
    "OnlyChannel" TEXT NULL,
    "MiniProgramIds" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "NotAfter" INTEGER NULL,
    "Status" TEXT NOT NULL,
    "NextAt" INTEGER NULL,
    "Claim" TEXT NULL,
    "Attempts" INTEGER NOT NULL,
    "Channel" TEXT NULL,
    "MiniProgramId" INTEGER NULL,
    "MaskedTo" TEXT NULL,
    "TemplateVersionId" INTEGER NULL,
    "Language" TEXT NULL,
    "Subject" TEXT NULL,
    "Body" TEXT NULL,
    "ProviderRef" TEXT NULL,
    "Error" TEXT NULL,
    "SentAt" INTEGER NULL,
    "DeliveredAt" INTEGER NULL,
    "Decisions" TEXT NOT NULL,
    CONSTRAINT "FK_Messages_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "MessageScenarios" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_MessageScenarios" PRIMARY KEY,
    "IsOn" INTEGER NOT NULL,
    "Channels" TEXT NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "MessageSettings" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_MessageSettings" PRIMARY KEY,
    "QuietFrom" INTEGER NULL,
    "QuietTo" INTEGER NULL,
    "MostPerDay" INTEGER NULL,
    "MostPerWeek" INTEGER NULL,
    "PublicUrl" TEXT NULL,
    "EmailFooter" TEXT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "MessageTemplates" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_MessageTemplates" PRIMARY KEY AUTOINCREMENT,
    "Scenario" TEXT NOT NULL,
    "Channel" TEXT NOT NULL,
    "Language" TEXT NOT NULL,
    "Number" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "MiniPrograms" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_MiniPrograms" PRIMARY KEY AUTOINCREMENT,
    "Code" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "Kind" TEXT NOT NULL,
    "AppId" TEXT NOT NULL,
    "Url" TEXT NULL,
    "SealedSecret" BLOB NULL,
    "UsesSandbox" INTEGER NOT NULL,
    "IsEnabled" INTEGER NOT NULL,
    "Templates" TEXT NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "SalesChannels" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_SalesChannels" PRIMARY KEY AUTOINCREMENT,
    "Code" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "CountsAs" TEXT NOT NULL,
    "IsEnabled" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "MessageTemplateVersions" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_MessageTemplateVersions" PRIMARY KEY AUTOINCREMENT,
    "TemplateId" INTEGER NOT NULL,
    "Number" INTEGER NOT NULL,
    "Subject" TEXT NULL,
    "Body" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "ActorName" TEXT NOT NULL,
    CONSTRAINT "FK_MessageTemplateVersions_MessageTemplates_TemplateId" FOREIGN KEY ("TemplateId") REFERENCES "MessageTemplates" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "MemberDevices" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_MemberDevices" PRIMARY KEY AUTOINCREMENT,
    "MemberId" INTEGER NOT NULL,
    "Kind" TEXT NOT NULL,
    "MiniProgramId" INTEGER NULL,
    "Address" TEXT NOT NULL,
    "AddressHash" BLOB NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "SeenAt" INTEGER NOT NULL,
    CONSTRAINT "FK_MemberDevices_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_MemberDevices_MiniPrograms_MiniProgramId" FOREIGN KEY ("MiniProgramId") REFERENCES "MiniPrograms" ("Id") ON DELETE RESTRICT
);

CREATE UNIQUE INDEX "IX_MemberDevices_AddressHash" ON "MemberDevices" ("AddressHash");

CREATE INDEX "IX_MemberDevices_MemberId" ON "MemberDevices" ("MemberId");

CREATE INDEX "IX_MemberDevices_MiniProgramId" ON "MemberDevices" ("MiniProgramId");

CREATE INDEX "IX_Messages_Claim" ON "Messages" ("Claim") WHERE "Claim" IS NOT NULL;

CREATE INDEX "IX_Messages_MemberId_Id" ON "Messages" ("MemberId", "Id");

CREATE INDEX "IX_Messages_MemberId_SentAt" ON "Messages" ("MemberId", "SentAt");

CREATE UNIQUE INDEX "IX_Messages_MessageId" ON "Messages" ("MessageId");

CREATE INDEX "IX_Messages_NextAt_Id" ON "Messages" ("NextAt", "Id") WHERE "NextAt" IS NOT NULL;

CREATE INDEX "IX_Messages_ProviderRef" ON "Messages" ("ProviderRef") WHERE "ProviderRef" IS NOT NULL;

CREATE UNIQUE INDEX "IX_Messages_ReasonKey" ON "Messages" ("ReasonKey");

CREATE INDEX "IX_Messages_Status_Id" ON "Messages" ("Status", "Id");

CREATE UNIQUE INDEX "IX_MessageTemplates_Scenario_Channel_Language" ON "MessageTemplates" ("Scenario", "Channel", "Language");

CREATE UNIQUE INDEX "IX_MessageTemplateVersions_TemplateId_Number" ON "MessageTemplateVersions" ("TemplateId", "Number");

CREATE UNIQUE INDEX "IX_MiniPrograms_Code" ON "MiniPrograms" ("Code");

CREATE UNIQUE INDEX "IX_SalesChannels_Code" ON "SalesChannels" ("Code");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123013225_Messages', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
CREATE TABLE "CouponImages" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_CouponImages" PRIMARY KEY AUTOINCREMENT,
    "Image" BLOB NOT NULL,
    "ContentType" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL
);

CREATE TABLE "CouponPackages" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_CouponPackages" PRIMARY KEY AUTOINCREMENT,
    "Code" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "Description" TEXT NULL,
    "Status" TEXT NOT NULL,
    "Items" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "Coupons" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_Coupons" PRIMARY KEY AUTOINCREMENT,
    "Code" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "Type" TEXT NOT NULL,
    "Currency" TEXT NOT NULL,
    "CodeKind" TEXT NOT NULL,
    "CodeHash" BLOB NULL,
    "UniversalCode" TEXT NULL,
    "Status" TEXT NOT NULL,
    "Rules" TEXT NOT NULL,
    "Stock" INTEGER NULL,
    "PerMemberLimit" INTEGER NULL,
    "ImageId" INTEGER NULL,
    "TermsId" INTEGER NULL,
    "CreatedAt" INTEGER NOT NULL,
    "Version" TEXT NOT NULL,
    CONSTRAINT "FK_Coupons_CouponImages_ImageId" FOREIGN KEY ("ImageId") REFERENCES "CouponImages" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "CouponCodes" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_CouponCodes" PRIMARY KEY AUTOINCREMENT,
    "CouponId" INTEGER NOT NULL,
    "CodeHash" BLOB NOT NULL,
    "SealedCode" BLOB NOT NULL,
    "LastFour" TEXT NOT NULL,
    "ImportId" INTEGER NULL,
    "MemberCouponId" INTEGER NULL,
    CONSTRAINT "FK_CouponCodes_Coupons_CouponId" FOREIGN KEY ("CouponId") REFERENCES "Coupons" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_CouponCodes_ImportJobs_ImportId" FOREIGN KEY ("ImportId") REFERENCES "ImportJobs" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "CouponIssues" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_CouponIssues" PRIMARY KEY AUTOINCREMENT,
    "OperationId" TEXT NOT NULL,
    "CouponId" INTEGER NULL,
    "PackageId" INTEGER NULL,
    "Quantity" INTEGER NOT NULL,
    "Audience" TEXT NOT NULL,
    "Reason" TEXT NOT NULL,
    "ActorKey" TEXT NOT NULL,
    "ActorName" TEXT NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "FinishedAt" INTEGER NULL,
    "LastMemberId" INTEGER NOT NULL,
    "Members" INTEGER NOT NULL,
    "Coupons" INTEGER NOT NULL,
    "AtLimit" INTEGER NOT NULL,
    "Stopped" TEXT NULL,
    CONSTRAINT "FK_CouponIssues_CouponPackages_PackageId" FOREIGN KEY ("PackageId") REFERENCES "CouponPackages" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_CouponIssues_Coupons_CouponId" FOREIGN KEY ("CouponId") REFERENCES "Coupons" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "CouponStocks" (
    "CouponId" INTEGER NOT NULL CONSTRAINT "PK_CouponStocks" PRIMARY KEY,
    "Limit" INTEGER NULL,
    "Issued" INTEGER NOT NULL,
    CONSTRAINT "FK_CouponStocks_Coupons_CouponId" FOREIGN KEY ("CouponId") REFERENCES "Coupons" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "CouponTerms" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_CouponTerms" PRIMARY KEY AUTOINCREMENT,
    "CouponId" INTEGER NOT NULL,
    "Number" INTEGER NOT NULL,
    "Rules" TEXT NOT NULL,
    "Since" INTEGER NOT NULL,
    CONSTRAINT "FK_CouponTerms_Coupons_CouponId" FOREIGN KEY ("CouponId") REFERENCES "Coupons" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "MemberCoupons" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_MemberCoupons" PRIMARY KEY AUTOINCREMENT,
    "CouponId" INTEGER NOT NULL,
    "TermsId" INTEGER NOT NULL,
    "MemberId" INTEGER NOT NULL,
    "Ordinal" INTEGER NOT NULL,
    "Source" TEXT NOT NULL,
    "SourceItem" INTEGER NOT NULL,
    "Origin" TEXT NOT NULL,
    "PackageId" INTEGER NULL,
    "Status" TEXT NOT NULL,
    "UsableFrom" INTEGER NOT NULL,
    "UsableUntil" INTEGER NOT NULL,
    "IssuedAt" INTEGER NOT NULL,
    "IssuedOn" TEXT NOT NULL,
    "IssuedBy" TEXT NOT NULL,
    "Reason" TEXT NULL,
    "CodeHash" BLOB NULL,
    "SealedCode" BLOB NULL,
    "LastFour" TEXT NULL,
    "VoidedAt" INTEGER NULL,
    "VoidedBy" TEXT NULL,
    "VoidReason" TEXT NULL,
    CONSTRAINT "FK_MemberCoupons_CouponPackages_PackageId" FOREIGN KEY ("PackageId") REFERENCES "CouponPackages" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_MemberCoupons_CouponTerms_TermsId" FOREIGN KEY ("TermsId") REFERENCES "CouponTerms" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_MemberCoupons_Coupons_CouponId" FOREIGN KEY ("CouponId") REFERENCES "Coupons" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_MemberCoupons_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "CouponRedemptions" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_CouponRedemptions" PRIMARY KEY AUTOINCREMENT,
    "MemberCouponId" INTEGER NOT NULL,
    "CouponId" INTEGER NOT NULL,
    "ReversesId" INTEGER NULL,
    "Sign" INTEGER NOT NULL,
    "Currency" TEXT NOT NULL,
    "BasketAmount" INTEGER NOT NULL,
    "Eligible" INTEGER NOT NULL,
    "Discount" INTEGER NOT NULL,
    "Cost" INTEGER NOT NULL,
    "StoreId" INTEGER NOT NULL,
    "Channel" TEXT NOT NULL,
    "OrderNumber" TEXT NULL,
    "At" INTEGER NOT NULL,
    "BusinessDay" TEXT NOT NULL,
    "Source" TEXT NOT NULL,
    "IdempotencyKey" TEXT NOT NULL,
    "RequestHash" TEXT NOT NULL,
    "Answer" TEXT NOT NULL,
    "ActorName" TEXT NOT NULL,
    "Reason" TEXT NULL,
    CONSTRAINT "FK_CouponRedemptions_CouponRedemptions_ReversesId" FOREIGN KEY ("ReversesId") REFERENCES "CouponRedemptions" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_CouponRedemptions_Coupons_CouponId" FOREIGN KEY ("CouponId") REFERENCES "Coupons" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_CouponRedemptions_MemberCoupons_MemberCouponId" FOREIGN KEY ("MemberCouponId") REFERENCES "MemberCoupons" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_CouponRedemptions_Stores_StoreId" FOREIGN KEY ("StoreId") REFERENCES "Stores" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "CouponOrderUses" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_CouponOrderUses" PRIMARY KEY AUTOINCREMENT,
    "StoreId" INTEGER NOT NULL,
    "OrderNumber" TEXT NOT NULL,
    "Place" INTEGER NOT NULL,
    "Stacking" TEXT NOT NULL,
    "RedemptionId" INTEGER NOT NULL,
    CONSTRAINT "FK_CouponOrderUses_CouponRedemptions_RedemptionId" FOREIGN KEY ("RedemptionId") REFERENCES "CouponRedemptions" ("Id") ON DELETE RESTRICT
);

CREATE UNIQUE INDEX "IX_CouponCodes_CodeHash" ON "CouponCodes" ("CodeHash");

CREATE INDEX "IX_CouponCodes_CouponId_MemberCouponId_Id" ON "CouponCodes" ("CouponId", "MemberCouponId", "Id");

CREATE INDEX "IX_CouponCodes_ImportId" ON "CouponCodes" ("ImportId");

CREATE UNIQUE INDEX "IX_CouponCodes_MemberCouponId" ON "CouponCodes" ("MemberCouponId");

CREATE INDEX "IX_CouponIssues_CouponId" ON "CouponIssues" ("CouponId");

CREATE INDEX "IX_CouponIssues_FinishedAt" ON "CouponIssues" ("FinishedAt");

CREATE UNIQUE INDEX "IX_CouponIssues_OperationId" ON "CouponIssues" ("OperationId");

CREATE INDEX "IX_CouponIssues_PackageId" ON "CouponIssues" ("PackageId");

CREATE UNIQUE INDEX "IX_CouponOrderUses_RedemptionId" ON "CouponOrderUses" ("RedemptionId");

CREATE UNIQUE INDEX "IX_CouponOrderUses_StoreId_OrderNumber_Place" ON "CouponOrderUses" ("StoreId", "OrderNumber", "Place");

CREATE UNIQUE INDEX "IX_CouponPackages_Code" ON "CouponPackages" ("Code");

CREATE INDEX "IX_CouponRedemptions_CouponId_BusinessDay" ON "CouponRedemptions" ("CouponId", "BusinessDay");

CREATE INDEX "IX_CouponRedemptions_MemberCouponId" ON "CouponRedemptions" ("MemberCouponId");

CREATE INDEX "IX_CouponRedemptions_OrderNumber" ON "CouponRedemptions" ("OrderNumber");

CREATE UNIQUE INDEX "IX_CouponRedemptions_ReversesId" ON "CouponRedemptions" ("ReversesId");

CREATE UNIQUE INDEX "IX_CouponRedemptions_Source_IdempotencyKey" ON "CouponRedemptions" ("Source", "IdempotencyKey");

CREATE INDEX "IX_CouponRedemptions_StoreId_BusinessDay" ON "CouponRedemptions" ("StoreId", "BusinessDay");

CREATE UNIQUE INDEX "IX_Coupons_Code" ON "Coupons" ("Code");

CREATE UNIQUE INDEX "IX_Coupons_CodeHash" ON "Coupons" ("CodeHash");

CREATE INDEX "IX_Coupons_ImageId" ON "Coupons" ("ImageId");

CREATE UNIQUE INDEX "IX_CouponTerms_CouponId_Number" ON "CouponTerms" ("CouponId", "Number");

CREATE UNIQUE INDEX "IX_MemberCoupons_CodeHash" ON "MemberCoupons" ("CodeHash");

CREATE UNIQUE INDEX "IX_MemberCoupons_CouponId_MemberId_Ordinal" ON "MemberCoupons" ("CouponId", "MemberId", "Ordinal");

CREATE INDEX "IX_MemberCoupons_IssuedOn" ON "MemberCoupons" ("IssuedOn");

CREATE INDEX "IX_MemberCoupons_LastFour" ON "MemberCoupons" ("LastFour");

CREATE INDEX "IX_MemberCoupons_MemberId" ON "MemberCoupons" ("MemberId");

CREATE INDEX "IX_MemberCoupons_PackageId" ON "MemberCoupons" ("PackageId");

CREATE UNIQUE INDEX "IX_MemberCoupons_Source_CouponId_MemberId_SourceItem" ON "MemberCoupons" ("Source", "CouponId", "MemberId", "SourceItem");

CREATE INDEX "IX_MemberCoupons_Status_UsableUntil" ON "MemberCoupons" ("Status", "UsableUntil");

CREATE INDEX "IX_MemberCoupons_TermsId" ON "MemberCoupons" ("TermsId");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123014514_Coupons', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
CREATE TRIGGER "MessageTemplateVersions_NoUPDATE" BEFORE UPDATE ON "MessageTemplateVersions" BEGIN SELECT RAISE(ABORT, 'MessageTemplateVersions is append-only'); END;

CREATE TRIGGER "MessageTemplateVersions_NoDELETE" BEFORE DELETE ON "MessageTemplateVersions" BEGIN SELECT RAISE(ABORT, 'MessageTemplateVersions is append-only'); END;

CREATE TRIGGER "MessageTemplateVersions_NoREPLACE" BEFORE INSERT ON "MessageTemplateVersions" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "MessageTemplateVersions" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'MessageTemplateVersions is append-only'); END;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123015900_MessageGuards', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
CREATE TRIGGER "CouponTerms_NoUPDATE" BEFORE UPDATE ON "CouponTerms" BEGIN SELECT RAISE(ABORT, 'CouponTerms is append-only'); END;

CREATE TRIGGER "CouponTerms_NoDELETE" BEFORE DELETE ON "CouponTerms" BEGIN SELECT RAISE(ABORT, 'CouponTerms is append-only'); END;

CREATE TRIGGER "CouponTerms_NoREPLACE" BEFORE INSERT ON "CouponTerms" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "CouponTerms" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'CouponTerms is append-only'); END;

CREATE TRIGGER "CouponRedemptions_NoUPDATE" BEFORE UPDATE ON "CouponRedemptions" BEGIN SELECT RAISE(ABORT, 'CouponRedemptions is append-only'); END;

CREATE TRIGGER "CouponRedemptions_NoDELETE" BEFORE DELETE ON "CouponRedemptions" BEGIN SELECT RAISE(ABORT, 'CouponRedemptions is append-only'); END;

CREATE TRIGGER "CouponRedemptions_NoREPLACE" BEFORE INSERT ON "CouponRedemptions" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "CouponRedemptions" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'CouponRedemptions is append-only'); END;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123015901_CouponGuards', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
ALTER TABLE "Roles" ADD "PointsLimit" INTEGER NULL;

ALTER TABLE "Orders" ADD "PointsDueAt" INTEGER NULL;

ALTER TABLE "LedgerAccounts" ADD "MemberId" INTEGER NULL;

CREATE TABLE "LedgerLotMovements" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_LedgerLotMovements" PRIMARY KEY AUTOINCREMENT,
    "TransactionId" INTEGER NOT NULL,
    "LotId" INTEGER NOT NULL,
    "Amount" INTEGER NOT NULL,
    "GivesBackId" INTEGER NULL,
    CONSTRAINT "CK_LedgerLotMovements_Amount" CHECK ("Amount" <> 0)
);

CREATE TABLE "LedgerLots" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_LedgerLots" PRIMARY KEY AUTOINCREMENT,
    "AccountId" INTEGER NOT NULL,
    "Kind" TEXT NOT NULL,
    "Remaining" INTEGER NOT NULL,
    "UsableFrom" INTEGER NULL,
    "ExpiresAt" INTEGER NULL,
    CONSTRAINT "CK_LedgerLots_Remaining" CHECK ("Remaining" >= 0)
);

CREATE TABLE "OrderPoints" (
    "OrderId" INTEGER NOT NULL CONSTRAINT "PK_OrderPoints" PRIMARY KEY,
    "MemberId" INTEGER NOT NULL,
    "Rate" INTEGER NOT NULL,
    "Earned" INTEGER NOT NULL,
    "Revision" INTEGER NOT NULL,
    "EarningId" INTEGER NULL
);

CREATE TABLE "PointSettings" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_PointSettings" PRIMARY KEY,
    "IsActive" INTEGER NOT NULL,
    "ActiveSince" INTEGER NULL,
    "DefaultRate" INTEGER NOT NULL,
    "MinimumOrder" INTEGER NOT NULL,
    "Stores" TEXT NOT NULL,
    "ExcludedCategoryIds" TEXT NOT NULL,
    "ExcludedProductIds" TEXT NOT NULL,
    "Expiry" TEXT NOT NULL,
    "Months" INTEGER NOT NULL,
    "UsableAfterDays" INTEGER NOT NULL,
    "AllowsDebt" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "WalletHolds" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_WalletHolds" PRIMARY KEY,
    "AccountId" INTEGER NOT NULL,
    "MemberId" INTEGER NOT NULL,
    "Amount" INTEGER NOT NULL,
    "ExpiresAt" INTEGER NOT NULL,
    "Status" TEXT NOT NULL,
    "Captured" INTEGER NOT NULL
);

CREATE TABLE "WalletSettings" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_WalletSettings" PRIMARY KEY,
    "SpendOrder" TEXT NOT NULL,
    "AllowsWithdrawal" INTEGER NOT NULL,
    "HoldMinutes" INTEGER NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "WalletTopUps" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_WalletTopUps" PRIMARY KEY AUTOINCREMENT,
    "AccountId" INTEGER NOT NULL,
    "MemberId" INTEGER NOT NULL,
    "TransactionId" INTEGER NOT NULL,
    "Source" TEXT NOT NULL,
    "Principal" INTEGER NOT NULL,
    "Bonus" INTEGER NOT NULL,
    "Paid" INTEGER NOT NULL,
    "StoreId" INTEGER NOT NULL,
    "Channel" TEXT NOT NULL,
    "At" INTEGER NOT NULL
);

CREATE INDEX "IX_Orders_PointsDueAt" ON "Orders" ("PointsDueAt") WHERE "PointsDueAt" IS NOT NULL;

CREATE UNIQUE INDEX "IX_LedgerAccounts_MemberId_Kind_Currency" ON "LedgerAccounts" ("MemberId", "Kind", "Currency") WHERE "MemberId" IS NOT NULL;

CREATE INDEX "IX_LedgerLotMovements_GivesBackId" ON "LedgerLotMovements" ("GivesBackId") WHERE "GivesBackId" IS NOT NULL;

CREATE INDEX "IX_LedgerLotMovements_LotId" ON "LedgerLotMovements" ("LotId");

CREATE INDEX "IX_LedgerLotMovements_TransactionId" ON "LedgerLotMovements" ("TransactionId");

CREATE INDEX "IX_LedgerLots_AccountId_ExpiresAt" ON "LedgerLots" ("AccountId", "ExpiresAt");

CREATE INDEX "IX_LedgerLots_ExpiresAt_Id" ON "LedgerLots" ("ExpiresAt", "Id") WHERE "Remaining" > 0 AND "ExpiresAt" IS NOT NULL;

CREATE INDEX "IX_OrderPoints_MemberId" ON "OrderPoints" ("MemberId");

CREATE INDEX "IX_WalletHolds_AccountId_Status" ON "WalletHolds" ("AccountId", "Status");

CREATE INDEX "IX_WalletHolds_ExpiresAt_Id" ON "WalletHolds" ("ExpiresAt", "Id") WHERE "Status" = 'Open';

CREATE INDEX "IX_WalletTopUps_MemberId_Id" ON "WalletTopUps" ("MemberId", "Id");

CREATE UNIQUE INDEX "IX_WalletTopUps_TransactionId" ON "WalletTopUps" ("TransactionId");

CREATE TABLE "ef_temp_LedgerAccounts" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_LedgerAccounts" PRIMARY KEY AUTOINCREMENT,
    "Balance" INTEGER NOT NULL,
    "Currency" TEXT NOT NULL,
    "Kind" TEXT NOT NULL,
    "LastSequence" INTEGER NOT NULL,
    "MemberId" INTEGER NULL,
    "Status" TEXT NOT NULL,
    "StoreId" INTEGER NOT NULL,
    "UsableUntil" INTEGER NULL,
    CONSTRAINT "CK_LedgerAccounts_Balance" CHECK ("Balance" >= 0 OR "Kind" = 'Points')
);

INSERT INTO "ef_temp_LedgerAccounts" ("Id", "Balance", "Currency", "Kind", "LastSequence", "MemberId", "Status", "StoreId", "UsableUntil")
SELECT "Id", "Balance", "Currency", "Kind", "LastSequence", "MemberId", "Status", "StoreId", "UsableUntil"
FROM "LedgerAccounts";

COMMIT;

PRAGMA foreign_keys = 0;

BEGIN TRANSACTION;
DROP TABLE "LedgerAccounts";

ALTER TABLE "ef_temp_LedgerAccounts" RENAME TO "LedgerAccounts";

COMMIT;

PRAGMA foreign_keys = 1;

BEGIN TRANSACTION;
CREATE UNIQUE INDEX "IX_LedgerAccounts_MemberId_Kind_Currency" ON "LedgerAccounts" ("MemberId", "Kind", "Currency") WHERE "MemberId" IS NOT NULL;

CREATE INDEX "IX_LedgerAccounts_Status_Id" ON "LedgerAccounts" ("Status", "Id") WHERE "Status" <> 'Open';

CREATE INDEX "IX_LedgerAccounts_UsableUntil_Status" ON "LedgerAccounts" ("UsableUntil", "Status");

COMMIT;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123021736_Wallets', '10.0.14');

BEGIN TRANSACTION;
CREATE TRIGGER "LedgerLotMovements_NoUPDATE" BEFORE UPDATE ON "LedgerLotMovements" BEGIN SELECT RAISE(ABORT, 'LedgerLotMovements is append-only'); END;

CREATE TRIGGER "LedgerLotMovements_NoDELETE" BEFORE DELETE ON "LedgerLotMovements" BEGIN SELECT RAISE(ABORT, 'LedgerLotMovements is append-only'); END;

CREATE TRIGGER "LedgerLotMovements_NoREPLACE" BEFORE INSERT ON "LedgerLotMovements" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "LedgerLotMovements" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'LedgerLotMovements is append-only'); END;

CREATE TRIGGER "WalletTopUps_NoUPDATE" BEFORE UPDATE ON "WalletTopUps" BEGIN SELECT RAISE(ABORT, 'WalletTopUps is append-only'); END;

CREATE TRIGGER "WalletTopUps_NoDELETE" BEFORE DELETE ON "WalletTopUps" BEGIN SELECT RAISE(ABORT, 'WalletTopUps is append-only'); END;

CREATE TRIGGER "WalletTopUps_NoREPLACE" BEFORE INSERT ON "WalletTopUps" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "WalletTopUps" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'WalletTopUps is append-only'); END;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123021859_WalletGuards', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
ALTER TABLE "JobRuns" ADD "Amount" INTEGER NULL;

ALTER TABLE "JobRuns" ADD "AskedBy" TEXT NULL;

ALTER TABLE "JobRuns" ADD "Node" TEXT NULL;

CREATE TABLE "JobBeats" (
    "Job" TEXT NOT NULL,
    "Node" TEXT NOT NULL,
    "SeenAt" INTEGER NOT NULL,
    "LookedAt" INTEGER NULL,
    "BusySince" INTEGER NULL,
    CONSTRAINT "PK_JobBeats" PRIMARY KEY ("Job", "Node")
);

CREATE TABLE "JobControls" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_JobControls" PRIMARY KEY,
    "PausedAt" INTEGER NULL,
    "PausedBy" TEXT NULL,
    "PauseReason" TEXT NULL,
    "AskedAt" INTEGER NULL,
    "AskedBy" TEXT NULL
);

CREATE INDEX "IX_JobRuns_StartedAt" ON "JobRuns" ("StartedAt");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123043257_Jobs', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
CREATE TABLE "GiftCampaigns" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_GiftCampaigns" PRIMARY KEY AUTOINCREMENT,
    "Code" TEXT NOT NULL,
    "Name" TEXT NOT NULL,
    "Audience" TEXT NOT NULL,
    "Gift" TEXT NOT NULL,
    "MemberLimit" INTEGER NULL,
    "PointsBudget" INTEGER NULL,
    "CancelsPending" INTEGER NOT NULL,
    "MiniProgramIds" TEXT NOT NULL,
    "Status" TEXT NOT NULL,
    "StartAt" INTEGER NULL,
    "StartedAt" INTEGER NULL,
    "EndedAt" INTEGER NULL,
    "StopReason" TEXT NULL,
    "ActorKey" TEXT NULL,
    "ActorName" TEXT NULL,
    "LastMemberId" INTEGER NOT NULL,
    "Granted" INTEGER NOT NULL,
    "PointsGranted" INTEGER NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "Version" TEXT NOT NULL,
    CONSTRAINT "CK_GiftCampaigns_Granted" CHECK ("MemberLimit" IS NULL OR "Granted" <= "MemberLimit"),
    CONSTRAINT "CK_GiftCampaigns_PointsGranted" CHECK ("PointsBudget" IS NULL OR "PointsGranted" <= "PointsBudget")
);

CREATE TABLE "GiftGrants" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_GiftGrants" PRIMARY KEY AUTOINCREMENT,
    "SourceKind" TEXT NOT NULL,
    "SourceId" INTEGER NOT NULL,
    "SourceName" TEXT NOT NULL,
    "MemberId" INTEGER NOT NULL,
    "Episode" TEXT NOT NULL,
    "GrantedAt" INTEGER NOT NULL,
    "GrantedOn" TEXT NOT NULL,
    "ActorName" TEXT NOT NULL,
    "MiniProgramIds" TEXT NOT NULL,
    CONSTRAINT "FK_GiftGrants_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "GiftItems" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_GiftItems" PRIMARY KEY AUTOINCREMENT,
    "GrantId" INTEGER NOT NULL,
    "MemberId" INTEGER NOT NULL,
    "Line" INTEGER NOT NULL,
    "Kind" TEXT NOT NULL,
    "Points" INTEGER NULL,
    "CouponId" INTEGER NULL,
    "PackageId" INTEGER NULL,
    "Quantity" INTEGER NOT NULL,
    "Validity" TEXT NULL,
    "DueAt" INTEGER NOT NULL,
    "Status" TEXT NOT NULL,
    "NextAt" INTEGER NULL,
    "Attempts" INTEGER NOT NULL,
    "DeliveredAt" INTEGER NULL,
    "Reason" TEXT NULL,
    CONSTRAINT "CK_GiftItems_NextAt" CHECK ("Status" = 'Pending' OR "NextAt" IS NULL),
    CONSTRAINT "FK_GiftItems_CouponPackages_PackageId" FOREIGN KEY ("PackageId") REFERENCES "CouponPackages" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_GiftItems_Coupons_CouponId" FOREIGN KEY ("CouponId") REFERENCES "Coupons" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_GiftItems_GiftGrants_GrantId" FOREIGN KEY ("GrantId") REFERENCES "GiftGrants" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_GiftItems_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE UNIQUE INDEX "IX_GiftCampaigns_Code" ON "GiftCampaigns" ("Code");

CREATE INDEX "IX_GiftCampaigns_Status_StartAt" ON "GiftCampaigns" ("Status", "StartAt");

CREATE INDEX "IX_GiftGrants_GrantedOn" ON "GiftGrants" ("GrantedOn");

CREATE INDEX "IX_GiftGrants_MemberId" ON "GiftGrants" ("MemberId");

CREATE UNIQUE INDEX "IX_GiftGrants_SourceKind_SourceId_MemberId_Episode" ON "GiftGrants" ("SourceKind", "SourceId", "MemberId", "Episode");

CREATE INDEX "IX_GiftItems_CouponId" ON "GiftItems" ("CouponId");

CREATE UNIQUE INDEX "IX_GiftItems_GrantId_Line" ON "GiftItems" ("GrantId", "Line");

CREATE INDEX "IX_GiftItems_MemberId" ON "GiftItems" ("MemberId");

CREATE INDEX "IX_GiftItems_NextAt_Id" ON "GiftItems" ("NextAt", "Id") WHERE "NextAt" IS NOT NULL;

CREATE INDEX "IX_GiftItems_PackageId" ON "GiftItems" ("PackageId");

CREATE INDEX "IX_GiftItems_Status_Id" ON "GiftItems" ("Status", "Id") WHERE "Status" <> 'Delivered';

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123043806_Gifts', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
ALTER TABLE "PointSettings" ADD "NoticeDays" INTEGER NOT NULL DEFAULT 0;

CREATE INDEX "IX_LedgerTransactions_AccountKind_BusinessDay_Id" ON "LedgerTransactions" ("AccountKind", "BusinessDay", "Id") WHERE "AccountKind" <> 'GiftCard';

CREATE INDEX "IX_LedgerTransactions_AccountKind_Id" ON "LedgerTransactions" ("AccountKind", "Id") WHERE "AccountKind" <> 'GiftCard';

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123044316_LedgerIndexes', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
CREATE TABLE "AcceptanceEvidence" (
    "AcceptanceId" INTEGER NOT NULL CONSTRAINT "PK_AcceptanceEvidence" PRIMARY KEY,
    "MemberId" INTEGER NOT NULL,
    "IpAddress" TEXT NOT NULL
);

CREATE TABLE "AgreementAcceptances" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_AgreementAcceptances" PRIMARY KEY AUTOINCREMENT,
    "MemberId" INTEGER NOT NULL,
    "AgreementId" INTEGER NOT NULL,
    "VersionNumber" INTEGER NOT NULL,
    "At" INTEGER NOT NULL,
    "RecordedAt" INTEGER NOT NULL,
    "Source" TEXT NOT NULL,
    "StoreId" INTEGER NULL,
    "ActorKey" TEXT NOT NULL,
    "ActorName" TEXT NOT NULL,
    CONSTRAINT "FK_AgreementAcceptances_Agreements_AgreementId" FOREIGN KEY ("AgreementId") REFERENCES "Agreements" ("Id") ON DELETE RESTRICT,
    CONSTRAINT "FK_AgreementAcceptances_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "PortalCodes" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_PortalCodes" PRIMARY KEY,
    "Channel" TEXT NOT NULL,
    "SealedAddress" BLOB NULL,
    "MemberId" INTEGER NULL,
    "CodeHash" BLOB NULL,
    "AddressHash" BLOB NOT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "ExpiresAt" INTEGER NOT NULL,
    "Tries" INTEGER NOT NULL,
    "UsedAt" INTEGER NULL
);

CREATE TABLE "PortalLinks" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_PortalLinks" PRIMARY KEY AUTOINCREMENT,
    "MemberId" INTEGER NOT NULL,
    "TokenHash" BLOB NOT NULL,
    "Target" TEXT NULL,
    "CreatedAt" INTEGER NOT NULL,
    "CreatedByKey" TEXT NOT NULL,
    "CreatedBy" TEXT NOT NULL,
    "ExpiresAt" INTEGER NOT NULL,
    "RevokedAt" INTEGER NULL,
    "RevokedBy" TEXT NULL,
    CONSTRAINT "FK_PortalLinks_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "PortalSessions" (
    "Id" TEXT NOT NULL CONSTRAINT "PK_PortalSessions" PRIMARY KEY,
    "MemberId" INTEGER NOT NULL,
    "Door" TEXT NOT NULL,
    "LinkId" INTEGER NULL,
    "Generation" INTEGER NOT NULL,
    "StartedAt" INTEGER NOT NULL,
    "EndsAt" INTEGER NOT NULL,
    "EndedAt" INTEGER NULL,
    CONSTRAINT "FK_PortalSessions_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE TABLE "PortalSettings" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK_PortalSettings" PRIMARY KEY,
    "IsOn" INTEGER NOT NULL,
    "MessageLinkDays" INTEGER NOT NULL,
    "Contact" TEXT NULL,
    "Colour" TEXT NOT NULL,
    "Version" TEXT NOT NULL
);

CREATE TABLE "PortalStandings" (
    "MemberId" INTEGER NOT NULL CONSTRAINT "PK_PortalStandings" PRIMARY KEY,
    "Generation" INTEGER NOT NULL,
    CONSTRAINT "FK_PortalStandings_Members_MemberId" FOREIGN KEY ("MemberId") REFERENCES "Members" ("Id") ON DELETE RESTRICT
);

CREATE INDEX "IX_AcceptanceEvidence_MemberId" ON "AcceptanceEvidence" ("MemberId");

CREATE INDEX "IX_AgreementAcceptances_AgreementId_VersionNumber" ON "AgreementAcceptances" ("AgreementId", "VersionNumber");

CREATE UNIQUE INDEX "IX_AgreementAcceptances_MemberId_AgreementId_VersionNumber" ON "AgreementAcceptances" ("MemberId", "AgreementId", "VersionNumber");

CREATE INDEX "IX_PortalCodes_CreatedAt" ON "PortalCodes" ("CreatedAt") WHERE "SealedAddress" IS NOT NULL;

CREATE INDEX "IX_PortalCodes_ExpiresAt" ON "PortalCodes" ("ExpiresAt");

CREATE INDEX "IX_PortalCodes_MemberId" ON "PortalCodes" ("MemberId");

CREATE INDEX "IX_PortalLinks_ExpiresAt" ON "PortalLinks" ("ExpiresAt");

CREATE INDEX "IX_PortalLinks_MemberId_Id" ON "PortalLinks" ("MemberId", "Id");

CREATE UNIQUE INDEX "IX_PortalLinks_TokenHash" ON "PortalLinks" ("TokenHash");

CREATE INDEX "IX_PortalSessions_EndsAt" ON "PortalSessions" ("EndsAt");

CREATE INDEX "IX_PortalSessions_LinkId" ON "PortalSessions" ("LinkId");

CREATE INDEX "IX_PortalSessions_MemberId_StartedAt" ON "PortalSessions" ("MemberId", "StartedAt");

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123044709_Portal', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
CREATE TRIGGER "AgreementAcceptances_NoUPDATE" BEFORE UPDATE ON "AgreementAcceptances" BEGIN SELECT RAISE(ABORT, 'AgreementAcceptances is append-only'); END;

CREATE TRIGGER "AgreementAcceptances_NoDELETE" BEFORE DELETE ON "AgreementAcceptances" BEGIN SELECT RAISE(ABORT, 'AgreementAcceptances is append-only'); END;

CREATE TRIGGER "AgreementAcceptances_NoREPLACE" BEFORE INSERT ON "AgreementAcceptances" WHEN NEW."Id" IS NOT NULL AND EXISTS (SELECT 1 FROM "AgreementAcceptances" WHERE "Id" = NEW."Id") BEGIN SELECT RAISE(ABORT, 'AgreementAcceptances is append-only'); END;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123044737_PortalGuards', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
CREATE INDEX "IX_LedgerTransactions_OrderNumber_Id" ON "LedgerTransactions" ("OrderNumber", "Id") WHERE "OrderNumber" IS NOT NULL;

CREATE INDEX "IX_LedgerAccounts_Expiry" ON "LedgerAccounts" (COALESCE("UsableUntil", 3155378975999999999), "Id") WHERE "Kind" = 'GiftCard';

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123085158_ListIndexes', '10.0.14');

COMMIT;

BEGIN TRANSACTION;
ALTER TABLE "Orders" ADD "SalesChannelId" INTEGER NULL CONSTRAINT "FK_Orders_SalesChannels_SalesChannelId" REFERENCES "SalesChannels" ("Id") ON DELETE RESTRICT;

CREATE INDEX "IX_Orders_SalesChannelId_Id" ON "Orders" ("SalesChannelId", "Id") WHERE "SalesChannelId" IS NOT NULL;

INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
VALUES ('20261123090254_SalesChannelsOfOrders', '10.0.14');

COMMIT;

