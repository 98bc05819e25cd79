/// The regimes compiled in: schemas/regimes, one document for each edition.
enum BuiltInRegimes {
    // A test holds the list to the folder.
    static let documents: [BuiltInDocument] = [
        BuiltInDocument("AR-25326", file: "regimes/AR-25326.regime.yaml", PackageResources.AR_25326_regime_yaml),
        BuiltInDocument("AU-APP", file: "regimes/AU-APP.regime.yaml", PackageResources.AU_APP_regime_yaml),
        BuiltInDocument("BR-LGPD", file: "regimes/BR-LGPD.regime.yaml", PackageResources.BR_LGPD_regime_yaml),
        BuiltInDocument(
            "BR-LGPD-SMALL", file: "regimes/BR-LGPD-SMALL.regime.yaml", PackageResources.BR_LGPD_SMALL_regime_yaml),
        BuiltInDocument(
            "CA-DELETE-ACT", file: "regimes/CA-DELETE-ACT.regime.yaml", PackageResources.CA_DELETE_ACT_regime_yaml),
        BuiltInDocument("CA-PIPEDA", file: "regimes/CA-PIPEDA.regime.yaml", PackageResources.CA_PIPEDA_regime_yaml),
        BuiltInDocument(
            "CA-QC-LAW25", file: "regimes/CA-QC-LAW25.regime.yaml", PackageResources.CA_QC_LAW25_regime_yaml),
        BuiltInDocument("CCPA", file: "regimes/CCPA.regime.yaml", PackageResources.CCPA_regime_yaml),
        BuiltInDocument(
            "CCPA-OPTOUT", file: "regimes/CCPA-OPTOUT.regime.yaml", PackageResources.CCPA_OPTOUT_regime_yaml),
        BuiltInDocument("CH-DSG", file: "regimes/CH-DSG.regime.yaml", PackageResources.CH_DSG_regime_yaml),
        BuiltInDocument("CL-21719", file: "regimes/CL-21719.regime.yaml", PackageResources.CL_21719_regime_yaml),
        BuiltInDocument("CN-PIPL", file: "regimes/CN-PIPL.regime.yaml", PackageResources.CN_PIPL_regime_yaml),
        BuiltInDocument(
            "CN-PIPL-APP", file: "regimes/CN-PIPL-APP.regime.yaml", PackageResources.CN_PIPL_APP_regime_yaml),
        BuiltInDocument("EUDPR", file: "regimes/EUDPR.regime.yaml", PackageResources.EUDPR_regime_yaml),
        BuiltInDocument("GDPR", file: "regimes/GDPR.regime.yaml", PackageResources.GDPR_regime_yaml),
        BuiltInDocument("HK-PDPO", file: "regimes/HK-PDPO.regime.yaml", PackageResources.HK_PDPO_regime_yaml),
        BuiltInDocument("ID-PDP", file: "regimes/ID-PDP.regime.yaml", PackageResources.ID_PDP_regime_yaml),
        BuiltInDocument("IN-DPDP", file: "regimes/IN-DPDP.regime.yaml", PackageResources.IN_DPDP_regime_yaml),
        BuiltInDocument("JP-APPI", file: "regimes/JP-APPI.regime.yaml", PackageResources.JP_APPI_regime_yaml),
        BuiltInDocument("KE-DPA", file: "regimes/KE-DPA.regime.yaml", PackageResources.KE_DPA_regime_yaml),
        BuiltInDocument("KR-PIPA", file: "regimes/KR-PIPA.regime.yaml", PackageResources.KR_PIPA_regime_yaml),
        BuiltInDocument("MX-LFPDPPP", file: "regimes/MX-LFPDPPP.regime.yaml", PackageResources.MX_LFPDPPP_regime_yaml),
        BuiltInDocument("NZ-PA2020", file: "regimes/NZ-PA2020.regime.yaml", PackageResources.NZ_PA2020_regime_yaml),
        BuiltInDocument("SA-PDPL", file: "regimes/SA-PDPL.regime.yaml", PackageResources.SA_PDPL_regime_yaml),
        BuiltInDocument("SG-PDPA", file: "regimes/SG-PDPA.regime.yaml", PackageResources.SG_PDPA_regime_yaml),
        BuiltInDocument("TH-PDPA", file: "regimes/TH-PDPA.regime.yaml", PackageResources.TH_PDPA_regime_yaml),
        BuiltInDocument("TR-KVKK", file: "regimes/TR-KVKK.regime.yaml", PackageResources.TR_KVKK_regime_yaml),
        BuiltInDocument("TW-PDPA", file: "regimes/TW-PDPA.regime.yaml", PackageResources.TW_PDPA_regime_yaml),
        BuiltInDocument(
            "UK-DPA2018-s164A", file: "regimes/UK-DPA2018-s164A.regime.yaml",
            PackageResources.UK_DPA2018_s164A_regime_yaml),
        BuiltInDocument("UK-GDPR", file: "regimes/UK-GDPR.regime.yaml", PackageResources.UK_GDPR_regime_yaml),
        BuiltInDocument(
            "UK-GDPR", alias: "UK-GDPR-pre-2026-02-05", file: "regimes/UK-GDPR-pre-2026-02-05.regime.yaml",
            PackageResources.UK_GDPR_pre_2026_02_05_regime_yaml),
        BuiltInDocument("US-CO", file: "regimes/US-CO.regime.yaml", PackageResources.US_CO_regime_yaml),
        BuiltInDocument("US-CT", file: "regimes/US-CT.regime.yaml", PackageResources.US_CT_regime_yaml),
        BuiltInDocument("US-DE", file: "regimes/US-DE.regime.yaml", PackageResources.US_DE_regime_yaml),
        BuiltInDocument("US-FL", file: "regimes/US-FL.regime.yaml", PackageResources.US_FL_regime_yaml),
        BuiltInDocument("US-HIPAA", file: "regimes/US-HIPAA.regime.yaml", PackageResources.US_HIPAA_regime_yaml),
        BuiltInDocument("US-IA", file: "regimes/US-IA.regime.yaml", PackageResources.US_IA_regime_yaml),
        BuiltInDocument("US-IN", file: "regimes/US-IN.regime.yaml", PackageResources.US_IN_regime_yaml),
        BuiltInDocument("US-KY", file: "regimes/US-KY.regime.yaml", PackageResources.US_KY_regime_yaml),
        BuiltInDocument("US-MD", file: "regimes/US-MD.regime.yaml", PackageResources.US_MD_regime_yaml),
        BuiltInDocument("US-MN", file: "regimes/US-MN.regime.yaml", PackageResources.US_MN_regime_yaml),
        BuiltInDocument("US-MT", file: "regimes/US-MT.regime.yaml", PackageResources.US_MT_regime_yaml),
        BuiltInDocument("US-NE", file: "regimes/US-NE.regime.yaml", PackageResources.US_NE_regime_yaml),
        BuiltInDocument("US-NH", file: "regimes/US-NH.regime.yaml", PackageResources.US_NH_regime_yaml),
        BuiltInDocument("US-NJ", file: "regimes/US-NJ.regime.yaml", PackageResources.US_NJ_regime_yaml),
        BuiltInDocument("US-NV", file: "regimes/US-NV.regime.yaml", PackageResources.US_NV_regime_yaml),
        BuiltInDocument("US-OR", file: "regimes/US-OR.regime.yaml", PackageResources.US_OR_regime_yaml),
        BuiltInDocument("US-RI", file: "regimes/US-RI.regime.yaml", PackageResources.US_RI_regime_yaml),
        BuiltInDocument("US-TN", file: "regimes/US-TN.regime.yaml", PackageResources.US_TN_regime_yaml),
        BuiltInDocument("US-TX", file: "regimes/US-TX.regime.yaml", PackageResources.US_TX_regime_yaml),
        BuiltInDocument("US-UT", file: "regimes/US-UT.regime.yaml", PackageResources.US_UT_regime_yaml),
        BuiltInDocument("US-VA", file: "regimes/US-VA.regime.yaml", PackageResources.US_VA_regime_yaml),
        BuiltInDocument("ZA-POPIA", file: "regimes/ZA-POPIA.regime.yaml", PackageResources.ZA_POPIA_regime_yaml),
    ]
}
